/** For promises whose failure is expected and needs no answer. Each call should say why. */
export function ignoreRejection(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}
