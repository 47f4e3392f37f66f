import * as Comlink from 'comlink';
import { PortoonError, type Fault } from './errors.ts';

/** Reduces an error to what a program and a person need of it. Unknown ones get `ERR_RUNTIME`. */
export function faultOf(error: unknown): Fault {
  if (error instanceof PortoonError)
    return { code: error.code, message: error.message, wayOut: error.wayOut };
  return {
    code: 'ERR_RUNTIME',
    message: `The effect stopped: ${error instanceof Error ? error.message : String(error)}.`,
    wayOut: 'Start the effect again.',
  };
}

/**
 * Comlink transfers only the name and the message of an error; a `PortoonError` also has a code and
 * a way out. Import this module on both sides of a worker boundary. Other errors pass as before.
 */
const plain = Comlink.transferHandlers.get('throw')!;
Comlink.transferHandlers.set('throw', {
  canHandle: (value): value is { value: unknown } => plain.canHandle(value),
  serialize: (thrown: { value: unknown }) =>
    thrown.value instanceof PortoonError ? [{ fault: faultOf(thrown.value) }, []] : plain.serialize(thrown),
  deserialize: (carried: { fault?: Fault }) => {
    const { fault } = carried;
    if (!fault) return plain.deserialize(carried);
    throw new PortoonError(fault.code, fault.message, fault.wayOut);
  },
});
