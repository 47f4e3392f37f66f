/** Written by the package's build, with an address beside the module for each of its files. */
declare module 'virtual:addresses' {
  export const version: string;
  export const addresses: Readonly<Record<string, () => URL>>;
}
