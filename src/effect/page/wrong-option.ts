/** A wrong option is a `TypeError`, with what a `PortoonError` has besides. */
type OptionError = TypeError & { readonly code: 'ERR_PARAMETER'; readonly wayOut: string };

/**
 * The error for an option that is not what it may be.
 * @param takes - what it may be, for the end of a sentence.
 */
export function wrongOption(option: string, value: unknown, takes: string): OptionError {
  const error = new TypeError(`${option} is ${describe(value)}; it takes ${takes}.`);
  return Object.assign(error, { code: 'ERR_PARAMETER', wayOut: `Give ${option} ${takes}.` } as const);
}

function describe(value: unknown): string {
  return typeof value === 'function' ? 'a function' : JSON.stringify(value);
}
