import * as Comlink from 'comlink';
import { PortoonError } from './errors.ts';
import type { Fault } from '../effect/protocol.ts';

/** What a program and a person need of an error, without the stack. */
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
 * Comlink carries only the name and the message of what is thrown; ours have a code and a way out as well. Imported on both sides of
 * the wall. What others throw over walls of their own passes as it always did.
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
