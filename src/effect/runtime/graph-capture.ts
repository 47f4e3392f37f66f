import type { InferenceSession } from 'onnxruntime-web/wasm';
import { quantile } from '../../common/quantile.ts';
import { readBuffer } from '../gpu/buffer-readback.ts';
import type { NetFile } from '../models/catalogue.ts';
import { unpin, runAndPin, type Bindings } from './pinned-buffers.ts';
import type { Size } from '../../common/size.ts';
import { RANGES } from './net.ts';
import type { Runtime } from './runtime.ts';

/**
 * The order of a tensor's dimensions in GPU memory. Which one is faster, by up to several times,
 * depends on the net and the GPU.
 */
export const LAYOUTS = ['NCHW', 'NHWC'] as const;
type Layout = (typeof LAYOUTS)[number];

/**
 * The largest difference, of 1, between a replay and the run that it repeats. It is larger in fp16,
 * because another layout adds up in another order.
 */
const TOLERANCE = { fp32: 1e-3, fp16: 2e-2 };
/** A layout is timed by this many replays ... */
const REPLAYS = 7;
/** ... or fewer, if they take longer than this many milliseconds. */
const LONGEST = 250;
/** The test pictures differ in their strides. */
const TEST_STRIDES = [3, 5, 7];

/** A net's run at one size, bound to buffers that nothing else reads or writes. */
export interface BoundRun extends Bindings {
  readonly size: Size;
}

/** A graph captured in one layout. */
interface Candidate {
  readonly session: InferenceSession;
  readonly layout: Layout;
  /** Median milliseconds of a replay. */
  readonly took: number;
}

/** A captured graph: a run whose GPU commands are only replayed, at next to no cost on the CPU. */
export interface GraphCapture extends Candidate {
  /** Releases the graph. Its buffers may be destroyed after that. */
  close(): Promise<void>;
}

/** What is to be captured. */
export interface CaptureRequest {
  readonly file: NetFile;
  /** Runs the net without capture. Must stay open until the graph is closed. */
  readonly plain: InferenceSession;
  /** Its buffers are overwritten. */
  readonly run: BoundRun;
  /** Those to be tried. */
  readonly layouts: readonly Layout[];
  /** Aborts before the next step. */
  readonly signal: AbortSignal;
}

/**
 * Captures a net's run as a graph in each of the layouts, and keeps the fastest.
 *
 * A graph is trusted only if all its outputs for three test pictures and states agree with those of
 * the plain session: ONNX Runtime Web 1.30.0 does not capture what a net merely copies into an
 * output. Other runs may use the runtime between the steps; none waits for more than one step.
 * @returns null if no graph agrees.
 * @throws the signal's reason, or what the plain session failed with.
 */
export async function captureGraph(runtime: Runtime, request: CaptureRequest): Promise<GraphCapture | null> {
  const { plain, run, signal } = request;
  const step: Step = (work) =>
    runtime.exclusive(() => {
      signal.throwIfAborted();
      return inErrorScopes(runtime.device!, work);
    });
  let best: Candidate | null = null;
  runtime.captures++;
  try {
    if (await step(() => runAndPin(plain, run))) best = await fastestCandidate(runtime, request, step);
  } finally {
    runtime.captures--;
    // Buffers that cannot be unpinned are freed with the runtime.
    if (!best) await runtime.exclusive(() => unpin(plain, run)).catch(() => undefined);
  }
  if (!best) return null;
  const { session } = best;
  return {
    ...best,
    close: () =>
      runtime.exclusive(async () => {
        await session.release();
        await unpin(plain, run);
      }),
  };
}

/** Runs one step of the capture while nothing else uses the runtime. */
type Step = <T>(work: () => Promise<T>) => Promise<T>;

/** Captures the run in each layout, and returns the fastest graph that agrees with `plain`. */
async function fastestCandidate(
  runtime: Runtime,
  { file: { bytes, fp16 }, plain, run, layouts, signal }: CaptureRequest,
  step: Step,
): Promise<Candidate | null> {
  const expected: Float32Array[][] = [];
  for (const stride of TEST_STRIDES) expected.push(await step(() => outputsFor(runtime, plain, run, stride)));
  const released = async (session: InferenceSession | null | undefined) => {
    if (session) await runtime.exclusive(() => session.release());
  };
  let best: Candidate | null = null;
  for (const layout of layouts) {
    let session: InferenceSession | null = null;
    try {
      session = await step(() => createSession(runtime, bytes, run.size, layout));
      const worst = await largestError(runtime, session, run, expected, step);
      const agrees = worst <= TOLERANCE[fp16 ? 'fp16' : 'fp32'];
      const captured = session;
      const took = agrees ? await step(() => medianTime(runtime, captured, run)) : Infinity;
      if (took < (best?.took ?? Infinity)) {
        const slower: InferenceSession | null = best?.session ?? null;
        best = { session, layout, took };
        session = slower;
      }
    } catch {
      // A run that cannot be captured goes on as before.
    }
    await released(session);
    if (signal.aborted) {
      // Not all layouts have been tried, so nobody knows which one is the fastest.
      await released(best?.session);
      signal.throwIfAborted();
    }
  }
  return best;
}

function createSession(
  { ort, device }: Runtime,
  bytes: Uint8Array,
  [width, height]: Size,
  layout: Layout,
): Promise<InferenceSession> {
  return ort.InferenceSession.create(bytes, {
    executionProviders: [{ name: 'webgpu', preferredLayout: layout, device: device! }],
    enableGraphCapture: true,
    freeDimensionOverrides: { H: height, W: width },
    graphOptimizationLevel: 'all',
  });
}

/** Runs a session on a test picture and reads all its outputs. */
async function outputsFor(
  { device, watch }: Runtime,
  session: InferenceSession,
  { feeds, fetches }: BoundRun,
  stride: number,
): Promise<Float32Array[]> {
  for (const [n, { gpuBuffer }] of Object.values(feeds).entries()) {
    const length = gpuBuffer.size / 4;
    const values = Float32Array.from({ length }, (_, i) => ((i * stride + 31 * n) % 101) / 101);
    device!.queue.writeBuffer(gpuBuffer, 0, values);
  }
  await session.run(feeds, fetches);
  const outputs = Object.values(fetches).map(({ gpuBuffer }) => readBuffer(device!, gpuBuffer, watch));
  return (await Promise.all(outputs)).map((output) => new Float32Array(output));
}

/** The largest difference from the expected outputs, over all outputs and test pictures. */
async function largestError(
  runtime: Runtime,
  session: InferenceSession,
  run: BoundRun,
  expected: readonly (readonly Float32Array[])[],
  step: Step,
): Promise<number> {
  let worst = 0;
  for (const [n, stride] of TEST_STRIDES.entries()) {
    const outputs = await step(() => outputsFor(runtime, session, run, stride));
    const names = Object.keys(run.fetches);
    for (const [k, output] of outputs.entries())
      worst = Math.max(worst, largestDifference(output, expected[n]![k]!) / (RANGES[names[k]!] ?? 1));
  }
  return worst;
}

async function medianTime(
  { device }: Runtime,
  session: InferenceSession,
  { feeds, fetches }: BoundRun,
): Promise<number> {
  const times: number[] = [];
  const began = performance.now();
  while (times.length < REPLAYS && performance.now() - began < LONGEST) {
    const from = performance.now();
    await session.run(feeds, fetches);
    await device!.queue.onSubmittedWorkDone();
    times.push(performance.now() - from);
  }
  return quantile(times, 0.5);
}

/**
 * Throws the device's errors to the caller, because a capture that fails is no fault of the device.
 * Errors of other work at the same time are caught too, but those will show again.
 */
async function inErrorScopes<T>(device: GPUDevice, work: () => Promise<T>): Promise<T> {
  const filters = ['validation', 'out-of-memory'] as const;
  for (const filter of filters) device.pushErrorScope(filter);
  const [outcome] = await Promise.allSettled([work()]);
  const faults = await Promise.all(filters.map(() => device.popErrorScope()));
  if (outcome.status === 'rejected') throw outcome.reason;
  const fault = faults.find((fault) => fault !== null);
  if (fault) throw new Error(fault.message);
  return outcome.value;
}

function largestDifference(one: Float32Array, other: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < one.length; i++) largest = Math.max(largest, Math.abs(one[i]! - other[i]!));
  return largest;
}
