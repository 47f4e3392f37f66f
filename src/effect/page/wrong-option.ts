/**
 * The error for an option that is not what it may be.
 * @param takes - what it may be, for the end of a sentence.
 */
export function wrongOption(option: string, value: unknown, takes: string): TypeError {
  return new TypeError(`${option} is ${JSON.stringify(value)}; it takes ${takes}.`);
}
