import { PortoonError } from '../../common/errors.ts';
import type { Fault } from '../../effect/index.ts';

/** Turns anything that was thrown into a fault with a sentence and a way out. */
export function asFault(error: unknown): Fault {
  if (error instanceof PortoonError)
    return { code: error.code, message: error.message, wayOut: error.wayOut };
  const detail = error instanceof Error ? error.message : String(error);
  return {
    code: 'ERR_RUNTIME',
    message: `Something went wrong: ${detail.replace(/\.$/, '')}.`,
    wayOut: 'Try again. If it happens again, reload the page.',
  };
}

/** The opposite of {@link asFault}: for faults that came from a worker as plain data. */
export function asError({ code, message, wayOut }: Fault, cause?: unknown): PortoonError {
  return new PortoonError(code, message, wayOut, { cause });
}
