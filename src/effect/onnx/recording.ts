import type { InferenceSession } from 'onnxruntime-web/wasm';
import { quantile } from '../governor.ts';
import { readOnce } from '../gpu/readback.ts';
import type { NetFile } from '../models.ts';
import { letGo, runAndHold, type Bindings } from './held-buffers.ts';
import type { Size } from './net.ts';
import type { Runtime } from './runtime.ts';

/** How tensors lie in a graphics processor's memory: by the net and the processor one or the other is several times faster. */
export const LAYOUTS = ['NCHW', 'NHWC'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** What a replay may differ by from the run that it repeats, of 1; in half precision another layout, which adds up in another order, by more. */
const TOLERANCE = { full: 1e-3, half: 2e-2 };
/** Replays that a layout is timed by, and milliseconds after which no more are begun. */
const REPLAYS = 7;
const LONGEST = 250;

/** A net's run at one size, with the buffers that it reads and writes. */
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
  /** Its buffers may be destroyed then. As with all of a runtime, nobody else may use it meanwhile. */
  close(): Promise<void>;
}

/**
 * Records a net's run in each of the layouts and keeps the fastest. A recording is trusted only when all that it answers to two pictures, neither of which
 * it was recorded with, is as `plain` answers: what a net merely copies into an output, ONNX Runtime Web 1.30.0 does not record. What `frame` holds is the same afterwards; the answers are not. Nobody else may use the runtime meanwhile.
 * @param plain - runs it unrecorded.
 * @returns null where none is right.
 */
export async function record(
  runtime: Runtime,
  file: NetFile,
  plain: InferenceSession,
  run: FixedRun,
  layouts: readonly Layout[],
): Promise<Recording | null> {
  if (!(await runAndHold(plain, run))) return null;
  const best = await fastest(runtime, file, plain, run, layouts);
  if (!best) {
    await letGo(plain, run);
    return null;
  }
  return {
    ...best,
    async close() {
      await best.session.release();
      await letGo(plain, run);
    },
  };
}

async function fastest(
  runtime: Runtime,
  { bytes, half }: NetFile,
  plain: InferenceSession,
  run: FixedRun,
  layouts: readonly Layout[],
): Promise<Trial | null> {
  const device = runtime.device!;
  const [width, height] = run.size;
  const frame = run.feeds.frame!.gpuBuffer;
  const answers = Object.values(run.fetches).map(({ gpuBuffer }) => gpuBuffer);
  const kept = copyOf(device, frame);
  const pictures = [3, 5, 7].map((step) =>
    Float32Array.from({ length: 3 * width * height }, (_, i) => ((i * step) % 101) / 101),
  );
  const answerOf = async (session: InferenceSession, picture: Float32Array<ArrayBuffer>) => {
    device.queue.writeBuffer(frame, 0, picture);
    await session.run(run.feeds, run.fetches);
    const read = answers.map((answer) => readOnce(device, answer, runtime.watch));
    return (await Promise.all(read)).map((bytes) => new Float32Array(bytes));
  };
  const timeOf = async (session: InferenceSession) => {
    const times: number[] = [];
    const began = performance.now();
    while (times.length < REPLAYS && performance.now() - began < LONGEST) {
      const from = performance.now();
      await session.run(run.feeds, run.fetches);
      await device.queue.onSubmittedWorkDone();
      times.push(performance.now() - from);
    }
    return quantile(times, 0.5);
  };

  // What goes wrong in a trial is no fault of the device.
  for (const filter of ['validation', 'out-of-memory'] as const) device.pushErrorScope(filter);
  let best = null as Trial | null;
  try {
    const right: Float32Array[][] = [];
    for (const picture of pictures) right.push(await answerOf(plain, picture));
    for (const layout of layouts) {
      let session: InferenceSession | null = null;
      try {
        session = await runtime.ort.InferenceSession.create(bytes, {
          executionProviders: [{ name: 'webgpu', preferredLayout: layout, device }],
          enableGraphCapture: true,
          freeDimensionOverrides: { H: height, W: width },
          graphOptimizationLevel: 'all',
        });
        let worst = 0;
        for (const [n, picture] of pictures.entries())
          for (const [of, answer] of (await answerOf(session, picture)).entries())
            worst = Math.max(worst, largestDifference(answer, right[n]![of]!));
        const took = worst <= TOLERANCE[half ? 'half' : 'full'] ? await timeOf(session) : Infinity;
        if (took < (best?.took ?? Infinity)) {
          const slower = best?.session ?? null;
          best = { session, layout, took };
          session = slower;
        }
      } catch {
        // What cannot be recorded is run as before.
      }
      await session?.release();
    }
  } finally {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(kept, 0, frame, 0, kept.size);
    device.queue.submit([encoder.finish()]);
    kept.destroy();
  }
  const faults = [await device.popErrorScope(), await device.popErrorScope()];
  if (best && faults.some((fault) => fault !== null)) {
    await best.session.release();
    return null;
  }
  return best;
}

function largestDifference(one: Float32Array, other: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < one.length; i++) largest = Math.max(largest, Math.abs(one[i]! - other[i]!));
  return largest;
}

function copyOf(device: GPUDevice, source: GPUBuffer): GPUBuffer {
  const copy = device.createBuffer({
    size: source.size,
    usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(source, 0, copy, 0, source.size);
  device.queue.submit([encoder.finish()]);
  return copy;
}
