import { PortoonError } from '../common/errors.ts';

/** What is thrown when something is asked of an effect that was closed. */
export function closedError(): PortoonError {
  return new PortoonError('ERR_WORKER_DIED', 'The effect is closed.', 'Create another one.');
}
