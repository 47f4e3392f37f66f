import type { InferenceSession } from 'onnxruntime-web/wasm';
import { quantile } from '../../common/quantile.ts';
import { readOnce } from '../gpu/readback.ts';
import type { NetFile } from '../models/catalogue.ts';
import { letGo, runAndHold, type Bindings } from './held-buffers.ts';
import type { Size } from '../../common/size.ts';
import type { Runtime } from './runtime.ts';

/** How tensors lie in a graphics processor's memory: by the net and the processor one or the other is several times faster. */
export const LAYOUTS = ['NCHW', 'NHWC'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** What a replay may differ by from the run that it repeats, of 1; in half precision another layout, which adds up in another order, by more. */
const TOLERANCE = { full: 1e-3, half: 2e-2 };
/** Replays that a layout is timed by, and milliseconds after which no more are begun. */
const REPLAYS = 7;
const LONGEST = 250;

/** A net's run at one size, with buffers that nobody else reads or writes. */
export interface FixedRun extends Bindings {
  readonly size: Size;
}

interface Trial {
  readonly session: InferenceSession;
  readonly layout: Layout;
  /** Milliseconds that a replay took, in the middle. */
  readonly took: number;
}

/** A run that is only replayed: what it submits was recorded, and costs the processor next to nothing. */
export interface Recording extends Trial {
  /** Its buffers may be destroyed then. */
  close(): Promise<void>;
}

/**
 * Records a net's run in each of the layouts and keeps the fastest. A recording is trusted only when all that it answers to three pictures and pasts, with one of which it
 * was recorded, is as `plain` answers: what a net merely copies into an output, ONNX Runtime Web 1.30.0 does not record. Others may use the runtime
 * between the steps: no run waits for more than one of them.
 * @param plain - runs it unrecorded; is to be open until the recording is closed.
 * @param run - what it holds is overwritten.
 * @param signal - ends it before the next step.
 * @returns null where none is right.
 * @throws the signal's reason, or what `plain` failed with.
 */
export async function record(
  runtime: Runtime,
  file: NetFile,
  plain: InferenceSession,
  run: FixedRun,
  layouts: readonly Layout[],
  signal: AbortSignal,
): Promise<Recording | null> {
  const step: Step = (work) =>
    runtime.exclusive(() => {
      signal.throwIfAborted();
      return inErrorScopes(runtime.device!, work);
    });
  let best: Trial | null = null;
  runtime.recordings++;
  try {
    if (await step(() => runAndHold(plain, run)))
      best = await fastest(runtime, file, plain, run, layouts, step, signal);
  } finally {
    runtime.recordings--;
    // What cannot be given back goes with the runtime.
    if (!best) await runtime.exclusive(() => letGo(plain, run)).catch(() => undefined);
  }
  if (!best) return null;
  const { session } = best;
  return {
    ...best,
    close: () =>
      runtime.exclusive(async () => {
        await session.release();
        await letGo(plain, run);
      }),
  };
}

type Step = <T>(work: () => Promise<T>) => Promise<T>;

async function fastest(
  runtime: Runtime,
  { bytes, half }: NetFile,
  plain: InferenceSession,
  { size: [width, height], feeds, fetches }: FixedRun,
  layouts: readonly Layout[],
  step: Step,
  signal: AbortSignal,
): Promise<Trial | null> {
  const device = runtime.device!;
  const strides = [3, 5, 7];
  const answersOf = (session: InferenceSession, stride: number) =>
    step(async () => {
      for (const [n, { gpuBuffer }] of Object.values(feeds).entries()) {
        const values = Float32Array.from(
          { length: gpuBuffer.size / 4 },
          (_, i) => ((i * stride + 31 * n) % 101) / 101,
        );
        device.queue.writeBuffer(gpuBuffer, 0, values);
      }
      await session.run(feeds, fetches);
      const reading = Object.values(fetches).map(({ gpuBuffer }) =>
        readOnce(device, gpuBuffer, runtime.watch),
      );
      return (await Promise.all(reading)).map((answer) => new Float32Array(answer));
    });
  const timeOf = (session: InferenceSession) =>
    step(async () => {
      const times: number[] = [];
      const began = performance.now();
      while (times.length < REPLAYS && performance.now() - began < LONGEST) {
        const from = performance.now();
        await session.run(feeds, fetches);
        await device.queue.onSubmittedWorkDone();
        times.push(performance.now() - from);
      }
      return quantile(times, 0.5);
    });

  const released = async (session: InferenceSession | null | undefined) => {
    if (session) await runtime.exclusive(() => session.release());
  };

  const right: Float32Array[][] = [];
  for (const stride of strides) right.push(await answersOf(plain, stride));
  let best: Trial | null = null;
  for (const layout of layouts) {
    let session: InferenceSession | null = null;
    try {
      session = await step(() =>
        runtime.ort.InferenceSession.create(bytes, {
          executionProviders: [{ name: 'webgpu', preferredLayout: layout, device }],
          enableGraphCapture: true,
          freeDimensionOverrides: { H: height, W: width },
          graphOptimizationLevel: 'all',
        }),
      );
      let worst = 0;
      for (const [n, stride] of strides.entries())
        for (const [of, answer] of (await answersOf(session, stride)).entries())
          worst = Math.max(worst, largestDifference(answer, right[n]![of]!));
      const took = worst <= TOLERANCE[half ? 'half' : 'full'] ? await timeOf(session) : Infinity;
      if (took < (best?.took ?? Infinity)) {
        const slower: InferenceSession | null = best?.session ?? null;
        best = { session, layout, took };
        session = slower;
      }
    } catch {
      // What cannot be recorded is run as before.
    }
    await released(session);
    if (signal.aborted) {
      // The fastest of those that had their turn is not the fastest.
      await released(best?.session);
      signal.throwIfAborted();
    }
  }
  return best;
}

/** What goes wrong in a trial is no fault of the device: it is thrown to whoever tries. So is what goes wrong beside it; that will show again. */
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
