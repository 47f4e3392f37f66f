import type { Tensor } from 'onnxruntime-web/wasm';
import { quantile } from '../../common/quantile.ts';
import { PortoonError } from '../../common/errors.ts';
import type { NetFile } from '../models/catalogue.ts';
import { storage } from '../gpu/program.ts';
import type { AnyNet } from './net-worker.ts';
import { CHANNELS, Net, shapeAt, type Output } from './net.ts';
import type { Size } from '../../common/size.ts';
import type { AdapterMemory } from './adapter-memory.ts';
import { LAYOUTS, record, type FixedRun, type Recording } from './graph-capture.ts';
import { providerMemory, webgpuFault, type Runtime } from './runtime.ts';

/** After so many runs at one size it is worth recording: three seconds, in which a quick machine has found its size. */
const SETTLED = 90;

/** A run of fewer milliseconds leaves room at any camera's rate; a longer one is compared with so many runs on wasm ... */
const QUICK = 12;
const WASM_RUNS = 3;
/** ... and only one that takes this much longer speaks against an adapter: the processor has other things to do. */
const SLOWER = 1.5;

/** What a net reads and writes at one size, on the graphics processor. */
interface Bound extends FixedRun {
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  runs: number;
  recording: Recording | null;
}

/**
 * A net whose frame, answer and memory stay on the graphics processor, in buffers that are made once per size. For what is shown once
 * (previews) it also runs as any other net does.
 */
export class GpuNet implements AnyNet {
  /** Milliseconds that the last run took. */
  took = 0;
  private bound: Bound | null = null;
  /** The same with a recording: takes its place with the next run. */
  private successor: Bound | null = null;
  /** Ended with what is bound. */
  private recorder = new AbortController();
  private recordingIsOver: Promise<unknown> = Promise.resolve();
  /** What the recording found of the adapter: told by the next run. */
  private fault: PortoonError | null = null;
  private readonly device: GPUDevice;

  constructor(
    private readonly runtime: Runtime,
    private readonly net: Net,
    private readonly file: NetFile,
    /** Of the layout that was fastest for it. */
    private readonly layouts: AdapterMemory,
    /** Whether nobody has asked for WebGPU, so that it has to prove that it is faster than wasm. */
    private readonly compares: boolean,
  ) {
    this.device = runtime.device!;
  }

  get id(): string {
    return this.net.id;
  }

  gives(output: Output): boolean {
    return this.net.gives(output);
  }

  get remembers(): boolean {
    return this.net.remembers;
  }

  /** Where the next run's frame goes, or the last run's is, float32 [3,H,W], R, G, B, 0..1. */
  frame(size: Size): GPUBuffer {
    return this.bind(size).buffers.get('frame')!;
  }

  /** Where the last run's answer is, float32 [C,H,W], which it must give. The caller may change it. */
  answer(output: Output): GPUBuffer {
    return this.bound!.buffers.get(output)!;
  }

  /**
   * Runs on what `frame(size)` holds; resolves when all is with the device, in order with what is submitted later. What the net remembers goes
   * from this run to the next.
   * @throws PortoonError `ERR_WEBGPU` if the graphics processor fails.
   */
  async runThere(size: Size): Promise<void> {
    let bound = this.bind(size);
    if (this.fault) throw this.fault;
    const former = this.successor && bound;
    if (this.successor) bound = this.succeed(bound, this.successor);
    const { buffers, feeds, fetches } = bound;
    const { id, session, state } = this.net;
    if (++bound.runs === SETTLED)
      this.record().catch((error: unknown) => {
        // What merely could not be recorded is run as before.
        if (error instanceof PortoonError) this.fault = error;
      });
    await this.runtime
      .exclusive(() => (bound.recording?.session ?? session).run(feeds, fetches))
      .catch((cause: unknown) => {
        // It has proved itself when it was opened: what fails now is what it runs on.
        if (cause instanceof PortoonError) throw cause;
        throw webgpuFault(`fails at the net "${id}" (${String(cause)})`);
      })
      .finally(() => {
        if (former) void this.drop(former);
      });
    if (state.length === 0) return;
    const encoder = this.device.createCommandEncoder();
    for (const entry of state) {
      const next = buffers.get(entry.out)!;
      encoder.copyBufferToBuffer(next, 0, buffers.get(entry.in)!, 0, next.size);
    }
    this.device.queue.submit([encoder.finish()]);
  }

  /**
   * Records the run at the size that is bound, in the layout that is fastest here, where that can be trusted; from the next run on it is replayed.
   * Runs may go on meanwhile.
   * @returns whether it will be.
   * @throws PortoonError `ERR_WEBGPU` if the adapter is slower than the processor, and that matters.
   */
  async record(): Promise<boolean> {
    const { size } = this.bound!;
    const { signal } = this.recorder;
    const bound = this.make(size);
    const recording = this.recordInto(bound, signal).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    // Nothing is closed under it.
    this.recordingIsOver = Promise.allSettled([this.recordingIsOver, recording]);
    try {
      bound.recording = await recording;
    } finally {
      if (!bound.recording) destroy(bound);
    }
    if (!bound.recording) return false;
    if (signal.aborted) {
      await this.drop(bound);
      return false;
    }
    this.successor = bound;
    return true;
  }

  private async recordInto(bound: Bound, signal: AbortSignal): Promise<Recording | null> {
    const recalled = await this.layouts.recall();
    const known = LAYOUTS.find((layout) => layout === recalled);
    const layouts = known ? [known] : LAYOUTS;
    const recording = await record(this.runtime, this.file, this.net.session, bound, layouts, signal);
    if (!recording) return null;
    try {
      signal.throwIfAborted();
      if (!known) await this.layouts.remember(recording.layout);
      if (this.compares && recording.took > QUICK) await this.compareWithWasm(bound.size, recording, signal);
    } catch (error) {
      await recording.close();
      throw error;
    }
    return recording;
  }

  /** An adapter that is slower than the processor is of no use: no run of this one takes so long. */
  private async compareWithWasm(size: Size, { took }: Recording, signal: AbortSignal): Promise<void> {
    const { id, state } = this.net;
    const kind = this.gives('matte') ? 'matte' : 'style';
    const reference = await Net.open(
      { ...this.runtime, ep: 'wasm' },
      { id, kind, state: [...state] },
      this.file.bytes,
    );
    const times: number[] = [];
    for (let n = 0; n < WASM_RUNS; n++) {
      await reference.warm(size);
      times.push(reference.took);
    }
    await reference.close();
    signal.throwIfAborted();
    const without = quantile(times, 0.5);
    if (took <= SLOWER * without) return;
    await providerMemory(this.device.adapterInfo).remember('wasm');
    throw webgpuFault(
      `is slower than the processor: ${Math.round(took)} ms for the net "${id}" in place of ${Math.round(without)} ms`,
      'The effect goes on without it.',
    );
  }

  async warm(size: Size): Promise<void> {
    await this.runThere(size);
    await this.runtime.watch(() => this.device.queue.onSubmittedWorkDone());
    this.forget();
  }

  /** The next run has no past: another source, another scene. */
  forget(): void {
    this.net.forget();
    if (!this.bound || !this.remembers) return;
    const encoder = this.device.createCommandEncoder();
    for (const entry of this.net.state) encoder.clearBuffer(this.bound.buffers.get(entry.in)!);
    this.device.queue.submit([encoder.finish()]);
  }

  input(size: Size): Float32Array {
    return this.net.input(size);
  }

  async run<Name extends Output>(size: Size, outputs: readonly Name[]): Promise<Record<Name, Float32Array>> {
    return this.net.run(size, outputs);
  }

  async close(): Promise<void> {
    await this.unbind();
    await this.recordingIsOver;
    await this.net.close();
  }

  private bind(size: Size): Bound {
    const [width, height] = size;
    if (this.bound?.size[0] === width && this.bound.size[1] === height) return this.bound;
    void this.unbind();
    return (this.bound = this.make(size));
  }

  private make(size: Size): Bound {
    const [width, height] = size;
    const { Tensor } = this.runtime.ort;
    const { session, state } = this.net;
    const buffers = new Map<string, GPUBuffer>();
    const tensor = (name: string, dims: number[]) => {
      const buffer = storage(this.device, 4 * dims.reduce((product, side) => product * side, 1));
      buffers.set(name, buffer);
      return Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims });
    };
    const feeds: Record<string, Tensor> = { frame: tensor('frame', [1, 3, height, width]) };
    const fetches: Record<string, Tensor> = {};
    for (const output of Object.keys(CHANNELS) as Output[])
      if (session.outputNames.includes(output))
        fetches[output] = tensor(output, [1, CHANNELS[output], height, width]);
    for (const entry of state) {
      const dims = shapeAt(entry, size);
      feeds[entry.in] = tensor(entry.in, dims);
      fetches[entry.out] = tensor(entry.out, dims);
    }
    return { size, buffers, feeds, fetches, runs: 0, recording: null };
  }

  /** What the next run reads is in the buffers before. */
  private succeed(before: Bound, successor: Bound): Bound {
    const encoder = this.device.createCommandEncoder();
    for (const name of Object.keys(before.feeds)) {
      const buffer = before.buffers.get(name)!;
      encoder.copyBufferToBuffer(buffer, 0, successor.buffers.get(name)!, 0, buffer.size);
    }
    this.device.queue.submit([encoder.finish()]);
    this.successor = null;
    // It is not recorded again.
    successor.runs = SETTLED;
    return (this.bound = successor);
  }

  private async unbind(): Promise<void> {
    this.recorder.abort();
    this.recorder = new AbortController();
    const dropped = [this.bound, this.successor].filter((bound) => bound !== null);
    this.bound = this.successor = null;
    await Promise.all(dropped.map((bound) => this.drop(bound)));
  }

  private async drop(bound: Bound): Promise<void> {
    // Of a device that is lost a session may not close well.
    await bound.recording?.close().catch(() => undefined);
    destroy(bound);
  }
}

function destroy({ buffers }: Bound): void {
  for (const buffer of buffers.values()) buffer.destroy();
}
