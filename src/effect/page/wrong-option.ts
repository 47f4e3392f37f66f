import { PortoonError } from '../../common/errors.ts';

/**
 * The error for an option that is not what it may be.
 * @param takes - what it may be, for the end of a sentence.
 */
export function wrongOption(option: string, value: unknown, takes: string): PortoonError {
  return new PortoonError(
    'ERR_PARAMETER',
    `${option} is ${written(value)}; it takes ${takes}.`,
    `Give ${option} one of these, or leave it out.`,
  );
}

/**
 * Checks that options are an object and have no other names than these.
 * @throws PortoonError `ERR_PARAMETER` naming what is wrong and what would be right.
 */
export function checkOptionNames(options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new PortoonError(
      'ERR_PARAMETER',
      `The options are ${written(options)}; they must be an object, such as { style: "toon" }.`,
      `Give an object with some of ${names.join(', ')}.`,
    );
  const unknown = Object.keys(options).filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new PortoonError(
      'ERR_PARAMETER',
      `There is no option ${unknown.join(', ')}. The options are ${names.join(', ')}.`,
      'Correct its name, or leave it out.',
    );
}

/** Writes a value as a person would, also if JSON cannot. */
function written(value: unknown): string {
  try {
    // `undefined` and functions become undefined here.
    const text: unknown = JSON.stringify(value);
    return typeof text === 'string' ? text : String(value);
  } catch {
    return String(value);
  }
}
