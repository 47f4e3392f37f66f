import type { Tensor } from 'onnxruntime-web/wasm';
import { quantile } from '../../common/quantile.ts';
import { PortoonError } from '../../common/errors.ts';
import type { NetFile } from '../models/catalogue.ts';
import { storage } from '../gpu/compute-program.ts';
import type { StatelessNet } from './net-worker.ts';
import { CHANNELS, Net, shapeAt, type Output } from './net.ts';
import type { Size } from '../../common/size.ts';
import type { AdapterCache } from './adapter-cache.ts';
import { LAYOUTS, captureGraph, type BoundRun, type GraphCapture } from './graph-capture.ts';
import { providerCache, webgpuFault, type Runtime } from './runtime.ts';

/**
 * After this many runs at one size its graph is captured. In these three seconds a fast machine has
 * found its final size.
 */
const RUNS_BEFORE_CAPTURE = 90;

/** A run of fewer milliseconds is fast enough at the rate of any camera ... */
const FAST = 12;
/** ... and a slower one is compared with this many runs on wasm. */
const WASM_RUNS = 3;
/** The adapter is given up if it takes this many times as long: the CPU has other work as well. */
const MUCH_SLOWER = 1.5;

/** A run at one size, with its buffers on the GPU. */
interface GpuRun extends BoundRun {
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  runs: number;
  /** Replaces the session once it was captured. */
  graph: GraphCapture | null;
}

/**
 * A net whose input, outputs and state stay on the GPU, in buffers that are made once per size. For
 * previews it also runs with its input and outputs in main memory, as any other net.
 */
export class GpuNet implements StatelessNet {
  /** Milliseconds that the last run took. */
  took = 0;
  private bound: GpuRun | null = null;
  /** The same run as a captured graph, which replaces it at the next run. */
  private successor: GpuRun | null = null;
  /** Aborts the capture when the run is dropped. */
  private captureAbort = new AbortController();
  private captureDone: Promise<unknown> = Promise.resolve();
  /** Why the adapter is given up, as the capture found; thrown by the next run. */
  private fault: PortoonError | null = null;
  private readonly device: GPUDevice;

  constructor(
    private readonly runtime: Runtime,
    private readonly net: Net,
    private readonly file: NetFile,
    /** Holds the layout that was fastest for this net. */
    private readonly layouts: AdapterCache,
    /** Whether WebGPU must be faster than wasm: it was chosen automatically. */
    private readonly compares: boolean,
  ) {
    this.device = runtime.device!;
  }

  get id(): string {
    return this.net.id;
  }

  hasOutput(output: Output): boolean {
    return this.net.hasOutput(output);
  }

  get isRecurrent(): boolean {
    return this.net.isRecurrent;
  }

  /** The input of the next run, float32 [3,H,W]: the R, G and B planes, 0..1. */
  inputBuffer(size: Size): GPUBuffer {
    return this.bind(size).buffers.get('frame')!;
  }

  /** An output of the last run, float32 [C,H,W]. The net must have it; the caller may change it. */
  outputBuffer(output: Output): GPUBuffer {
    return this.bound!.buffers.get(output)!;
  }

  /**
   * Runs on what `inputBuffer(size)` holds. Resolves when the work is submitted to the device, so
   * work that is submitted later comes after it. State goes from this run to the next.
   * @throws PortoonError `ERR_WEBGPU` if the GPU fails.
   */
  async runOnGpu(size: Size): Promise<void> {
    let bound = this.bind(size);
    if (this.fault) throw this.fault;
    const former = this.successor && bound;
    if (this.successor) bound = this.succeed(bound, this.successor);
    const { buffers, feeds, fetches } = bound;
    const { id, session, state } = this.net;
    if (++bound.runs === RUNS_BEFORE_CAPTURE)
      this.capture().catch((error: unknown) => {
        // A run that merely cannot be captured goes on as before.
        if (error instanceof PortoonError) this.fault = error;
      });
    await this.runtime
      .exclusive(() => (bound.graph?.session ?? session).run(feeds, fetches))
      .catch((cause: unknown) => {
        // The net was tested when it was opened, so what fails now is the GPU.
        if (cause instanceof PortoonError) throw cause;
        throw webgpuFault(`fails at the net "${id}" (${String(cause)})`);
      })
      .finally(() => {
        if (former) void this.drop(former);
      });
    this.copy(state.map((entry) => ({ from: buffers.get(entry.out)!, to: buffers.get(entry.in)! })));
  }

  /**
   * Runs as `runOnGpu` does, but without a past, and leaves the state as it was: the next run goes
   * on from the one before.
   */
  async runAfresh(size: Size): Promise<void> {
    this.bind(size);
    const kept = this.stateBuffers.map((field) => ({ from: field, to: storage(this.device, field.size) }));
    this.copy(kept);
    this.resetState();
    await this.runOnGpu(size);
    // By now the buffers may be those of a captured graph.
    this.copy(this.stateBuffers.map((field, i) => ({ from: kept[i]!.to, to: field })));
    for (const { to } of kept) to.destroy();
  }

  /**
   * Converts the state for a run on another region of the frame. State that is not one value per
   * pixel is reset.
   * @param move - converts a field [H,W] in place.
   */
  moveState(move: (field: GPUBuffer) => void): void {
    if (!this.bound) return;
    const [width, height] = this.bound.size;
    for (const field of this.stateBuffers)
      if (field.size === 4 * width * height) move(field);
      else this.clear([field]);
  }

  /**
   * Captures the current run as a graph, in the layout that is fastest on this adapter. Runs may go
   * on meanwhile; the next one after it replays the graph.
   * @returns whether a graph was captured that can be trusted.
   * @throws PortoonError `ERR_WEBGPU` if the adapter is much slower than the CPU.
   */
  async capture(): Promise<boolean> {
    const { size } = this.bound!;
    const { signal } = this.captureAbort;
    const bound = this.make(size);
    const capturing = this.captureInto(bound, signal).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    // `close` waits for it.
    this.captureDone = Promise.allSettled([this.captureDone, capturing]);
    try {
      bound.graph = await capturing;
    } finally {
      if (!bound.graph) destroy(bound);
    }
    if (!bound.graph) return false;
    if (signal.aborted) {
      await this.drop(bound);
      return false;
    }
    this.successor = bound;
    return true;
  }

  private async captureInto(bound: GpuRun, signal: AbortSignal): Promise<GraphCapture | null> {
    const recalled = await this.layouts.read();
    const known = LAYOUTS.find((layout) => layout === recalled);
    const layouts = known ? [known] : LAYOUTS;
    const { file, net } = this;
    const request = { file, plain: net.session, run: bound, layouts, signal };
    const graph = await captureGraph(this.runtime, request);
    if (!graph) return null;
    try {
      signal.throwIfAborted();
      if (!known) await this.layouts.write(graph.layout);
      if (this.compares && graph.took > FAST) await this.compareWithWasm(bound.size, graph, signal);
    } catch (error) {
      await graph.close();
      throw error;
    }
    return graph;
  }

  /** Gives the adapter up if the CPU is faster. Runs of the net can go on meanwhile. */
  private async compareWithWasm(size: Size, { took }: GraphCapture, signal: AbortSignal): Promise<void> {
    const { id, state } = this.net;
    const kind = this.hasOutput('matte') ? 'matte' : 'style';
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
    const onWasm = quantile(times, 0.5);
    if (took <= MUCH_SLOWER * onWasm) return;
    await providerCache(this.device.adapterInfo).write('wasm');
    throw webgpuFault(
      `is slower than the processor: ${Math.round(took)} ms for the net "${id}" in place of ${Math.round(onWasm)} ms`,
      'The effect goes on without it.',
    );
  }

  async warm(size: Size): Promise<void> {
    await this.runOnGpu(size);
    await this.runtime.watch(() => this.device.queue.onSubmittedWorkDone());
    this.resetState();
  }

  /** Sets the state to zeros, for another source or another scene. */
  resetState(): void {
    this.net.resetState();
    if (this.bound) this.clear(this.stateBuffers);
  }

  input(size: Size): Float32Array {
    return this.net.input(size);
  }

  async run<Name extends Output>(size: Size, outputs: readonly Name[]): Promise<Record<Name, Float32Array>> {
    return this.net.run(size, outputs);
  }

  async close(): Promise<void> {
    await this.unbind();
    await this.captureDone;
    await this.net.close();
  }

  private bind(size: Size): GpuRun {
    const [width, height] = size;
    if (this.bound?.size[0] === width && this.bound.size[1] === height) return this.bound;
    void this.unbind();
    return (this.bound = this.make(size));
  }

  private make(size: Size): GpuRun {
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
    return { size, buffers, feeds, fetches, runs: 0, graph: null };
  }

  /** Replaces the run by its captured graph, with the input and the state of the next run. */
  private succeed(before: GpuRun, successor: GpuRun): GpuRun {
    const inputs = Object.keys(before.feeds);
    this.copy(inputs.map((name) => ({ from: before.buffers.get(name)!, to: successor.buffers.get(name)! })));
    this.successor = null;
    // Not captured again.
    successor.runs = RUNS_BEFORE_CAPTURE;
    return (this.bound = successor);
  }

  /** What the next run reads as its past. */
  private get stateBuffers(): GPUBuffer[] {
    return this.net.state.map((entry) => this.bound!.buffers.get(entry.in)!);
  }

  private copy(pairs: readonly { from: GPUBuffer; to: GPUBuffer }[]): void {
    if (pairs.length === 0) return;
    const encoder = this.device.createCommandEncoder();
    for (const { from, to } of pairs) encoder.copyBufferToBuffer(from, 0, to, 0, to.size);
    this.device.queue.submit([encoder.finish()]);
  }

  private clear(buffers: readonly GPUBuffer[]): void {
    if (buffers.length === 0) return;
    const encoder = this.device.createCommandEncoder();
    for (const buffer of buffers) encoder.clearBuffer(buffer);
    this.device.queue.submit([encoder.finish()]);
  }

  private async unbind(): Promise<void> {
    this.captureAbort.abort();
    this.captureAbort = new AbortController();
    const dropped = [this.bound, this.successor].filter((bound) => bound !== null);
    this.bound = this.successor = null;
    await Promise.all(dropped.map((bound) => this.drop(bound)));
  }

  private async drop(bound: GpuRun): Promise<void> {
    // A session on a lost device may fail to close.
    await bound.graph?.close().catch(() => undefined);
    destroy(bound);
  }
}

function destroy({ buffers }: GpuRun): void {
  for (const buffer of buffers.values()) buffer.destroy();
}
