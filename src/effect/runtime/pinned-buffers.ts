import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';

/** The runtime's symbol on a buffer, for its address in the runtime and how many runs use it. */
const COUNT = 'gpuBufferMetadata';
/**
 * Turns of the microtask queue for which the buffers are watched after a run has begun. By then
 * they have long been counted, or cannot be pinned.
 */
const TURNS = 1000;

/** The tensors that a session reads and writes. */
export interface Bindings {
  readonly feeds: Record<string, Tensor>;
  readonly fetches: Record<string, Tensor>;
}

/**
 * Runs a session once, and pins its buffers to their addresses in the runtime.
 *
 * ONNX Runtime Web 1.30.0 gives one of our buffers an address for one run only. A captured graph
 * replays with the addresses of its first run, where another buffer may be by then, or none
 * ("Cannot set properties of undefined (setting 'Symbol(gpuBufferMetadata)')"). Counting one more
 * user than there are runs keeps the addresses.
 * @returns whether all buffers are pinned; if not, none is.
 */
export async function runAndPin(session: InferenceSession, bindings: Bindings): Promise<boolean> {
  const running = session.run(bindings.feeds, bindings.fetches);
  let counts: Count[] | null = null;
  for (let turn = 0; turn < TURNS && !counts; turn++) {
    await Promise.resolve();
    counts = countsOf(bindings);
  }
  for (const count of counts ?? []) count[1]++;
  await running;
  return counts !== null;
}

/**
 * Unpins the buffers by one more run: the runtime forgets a buffer after the last run that uses it.
 */
export async function unpin(session: InferenceSession, bindings: Bindings): Promise<void> {
  const counts = countsOf(bindings);
  if (!counts) return;
  for (const count of counts) count[1]--;
  await session.run(bindings.feeds, bindings.fetches);
}

type Count = [address: number, users: number];

/** The runtime's counts for all buffers; null while one of them has none. */
function countsOf({ feeds, fetches }: Bindings): Count[] | null {
  const counts: Count[] = [];
  for (const { gpuBuffer } of [...Object.values(feeds), ...Object.values(fetches)]) {
    const name = Object.getOwnPropertySymbols(gpuBuffer).find(({ description }) => description === COUNT);
    if (!name) return null;
    counts.push((gpuBuffer as unknown as Record<symbol, Count>)[name]!);
  }
  return counts;
}
