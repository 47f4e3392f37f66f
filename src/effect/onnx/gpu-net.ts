import type { Tensor } from 'onnxruntime-web/wasm';
import { quantile } from '../governor.ts';
import { PortoonError } from '../errors.ts';
import type { NetFile } from '../models.ts';
import { storage } from '../gpu/program.ts';
import type { AnyNet } from './net-worker.ts';
import { CHANNELS, Net, shapeAt, type Output, type Size } from './net.ts';
import type { AdapterMemory } from './adapter-memory.ts';
import { LAYOUTS, record, type Recording } from './recording.ts';
import { providerMemory, webgpuFault, type Runtime } from './runtime.ts';

/** After so many runs at one size it is worth recording: at the earliest a second after the first frame. */
const SETTLED = 30;

/** A run of fewer milliseconds leaves room at any camera's rate; a longer one is compared with so many runs on wasm ... */
const QUICK = 12;
const WASM_RUNS = 3;
/** ... and only one that takes this much longer speaks against an adapter: the processor has other things to do. */
const SLOWER = 1.5;

/** What a net reads and writes at one size, on the graphics processor. */
interface Bound {
  readonly size: Size;
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  readonly feeds: Record<string, Tensor>;
  readonly fetches: Record<string, Tensor>;
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

  /** Where the frame goes, float32 [3,H,W], R, G, B, 0..1. Holds until another size is bound. */
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
    const bound = this.bind(size);
    const { buffers, feeds, fetches } = bound;
    const { id, session, state } = this.net;
    if (++bound.runs === SETTLED) await this.record();
    await this.runtime
      .exclusive(() => (bound.recording?.session ?? session).run(feeds, fetches))
      .catch((cause: unknown) => {
        // It has proved itself when it was opened: what fails now is what it runs on.
        if (cause instanceof PortoonError) throw cause;
        throw webgpuFault(`fails at the net "${id}" (${String(cause)})`);
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
   * Records the run at the size that is bound, in the layout that is fastest here, where that can be trusted; from then on it is replayed.
   * @returns whether it is.
   */
  async record(): Promise<boolean> {
    const bound = this.bound!;
    const recalled = await this.layouts.recall();
    const known = LAYOUTS.find((layout) => layout === recalled);
    bound.recording = await this.runtime.exclusive(() =>
      record(this.runtime, this.file, this.net.session, bound, known ? [known] : LAYOUTS),
    );
    if (!bound.recording) return false;
    if (!known) await this.layouts.remember(bound.recording.layout);
    if (this.compares && bound.recording.took > QUICK)
      await this.compareWithWasm(bound.size, bound.recording);
    return true;
  }

  /** An adapter that is slower than the processor is of no use: no run of this one takes so long. */
  private async compareWithWasm(size: Size, { took }: Recording): Promise<void> {
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
    this.unbind();
    await this.net.close();
  }

  private bind(size: Size): Bound {
    const [width, height] = size;
    if (this.bound?.size[0] === width && this.bound.size[1] === height) return this.bound;
    this.unbind();
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
    return (this.bound = { size: [width, height], buffers, feeds, fetches, runs: 0, recording: null });
  }

  private unbind(): void {
    const { bound } = this;
    this.bound = null;
    if (!bound) return;
    const destroy = () => {
      for (const buffer of bound.buffers.values()) buffer.destroy();
    };
    const { recording } = bound;
    if (!recording) {
      destroy();
      return;
    }
    // Of a device that is lost a session may not close well.
    void this.runtime
      .exclusive(() => recording.close())
      .catch(() => undefined)
      .finally(destroy);
  }
}
