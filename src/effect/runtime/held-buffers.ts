import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';

/** By this name the runtime keeps its own count on a buffer: its address there, and how many runs use it. */
const COUNT = 'gpuBufferMetadata';
/** For so many turns of the microtask queue after a run has begun, its buffers are looked at; by then they have long been counted, or are not held. */
const TURNS = 1000;

/** What a session reads and writes. */
export interface Bindings {
  readonly feeds: Record<string, Tensor>;
  readonly fetches: Record<string, Tensor>;
}

/**
 * Runs a session once, and keeps the buffers that it was bound to at their addresses. ONNX Runtime Web 1.30.0 gives a buffer of ours an address for one run;
 * a recording goes on with those of its first run, where by then another buffer may be, or none ("Cannot set properties of undefined (setting
 * 'Symbol(gpuBufferMetadata)')"). One more user than there are runs keeps them.
 * @returns whether all are held; if not, none is.
 */
export async function runAndHold(session: InferenceSession, bindings: Bindings): Promise<boolean> {
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

/** Lets go of them, if they are held: the runtime forgets a buffer when a run ends that was its last user. */
export async function letGo(session: InferenceSession, bindings: Bindings): Promise<void> {
  const counts = countsOf(bindings);
  if (!counts) return;
  for (const count of counts) count[1]--;
  await session.run(bindings.feeds, bindings.fetches);
}

type Count = [address: number, users: number];

/** Null while one of them is not counted. */
function countsOf({ feeds, fetches }: Bindings): Count[] | null {
  const counts: Count[] = [];
  for (const { gpuBuffer } of [...Object.values(feeds), ...Object.values(fetches)]) {
    const name = Object.getOwnPropertySymbols(gpuBuffer).find(({ description }) => description === COUNT);
    if (!name) return null;
    counts.push((gpuBuffer as unknown as Record<symbol, Count>)[name]!);
  }
  return counts;
}
