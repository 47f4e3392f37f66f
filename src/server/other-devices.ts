import type { NetworkInterfaceInfo } from 'node:os';

/** Networks between this machine and its own containers. */
const OWN = /^(docker|br-|veth|virbr|podman|cni)/;

/**
 * Says where other devices of the network find the server, and what their browsers want before they
 * open a camera: plain http is enough on the machine itself alone.
 *
 * @param interfaces as `os.networkInterfaces()` lists them.
 * @param host what the server listens at; all addresses of the machine by default.
 * @returns two lines, or nothing where no other device gets there.
 */
export function aboutOtherDevices(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
  host: string | undefined,
  port: number,
): string {
  const all = host === undefined || host === '0.0.0.0' || host === '::';
  const addresses = Object.entries(interfaces)
    .filter(([name]) => !OWN.test(name))
    .flatMap(([, infos = []]) => infos)
    .filter(({ family, internal, address }) => family === 'IPv4' && !internal && (all || address === host))
    // Given where no network gives any; nobody else knows it.
    .filter(({ address }) => !address.startsWith('169.254.'))
    .map(({ address }) => `http://${address}:${port}`);
  const [first] = addresses;
  if (first === undefined) return '';
  return (
    `Other devices on the network: ${addresses.map((address) => `${address}/`).join(' or ')}\n` +
    `They need https for the camera (docs/guides/deploy.md), or for a trial Chrome with --unsafely-treat-insecure-origin-as-secure=${first}\n`
  );
}
