import { PortoonError } from '../../common/errors.ts';

const COPY = 'Let the option assets name a folder that `npx portoon copy-assets` wrote';

/**
 * Finds out why the worker did not start: a browser does not report it to the page.
 * @param error - what `WorkerHost` rejects with.
 * @param address - of the worker's program.
 * @returns an error that says more, or the same one.
 */
export async function explainStart(error: unknown, address: string): Promise<unknown> {
  const silent = error instanceof PortoonError && error.code === 'ERR_WORKER_DIED';
  if (!silent) return error;
  const wrong = (what: string, wayOut: string) =>
    new PortoonError('ERR_ASSETS', `The worker's program at ${address} ${what}.`, wayOut, { cause: error });
  let answer: Response;
  try {
    answer = await fetch(address);
    await answer.body?.cancel();
  } catch {
    return wrong(
      'cannot be fetched',
      `${COPY}; another origin must allow it (Access-Control-Allow-Origin), and so must the page's policy.`,
    );
  }
  if (!answer.ok) return wrong(`is not there: the server answered ${answer.status}`, `${COPY}.`);
  const type = answer.headers.get('Content-Type') ?? 'none';
  if (!/\b(java|ecma)script\b/.test(type))
    return wrong(`has the type ${type}`, `${COPY}, and serve .js as text/javascript.`);
  return wrong(
    'is there but does not start',
    "Let the page's policy allow it: worker-src 'self', script-src 'self' 'wasm-unsafe-eval', and blob: for assets of another origin.",
  );
}
