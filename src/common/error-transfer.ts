import * as Comlink from 'comlink';
import { errorOf, faultOf, PortoonError, type Fault } from './errors.ts';

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
    throw errorOf(fault);
  },
});
