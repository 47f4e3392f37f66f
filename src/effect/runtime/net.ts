import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { PortoonError } from '../../common/errors.ts';
import type { Model, StateEntry } from '../models/catalogue.ts';
import type { Runtime } from './runtime.ts';
import type { Size } from '../../common/size.ts';

/** Every output that a net may give, with its channels. */
export const CHANNELS = { matte: 1, parts: 6, styled: 3 };
export type Output = keyof typeof CHANNELS;
/** The output that a net of each kind must give. */
const PROMISED = { matte: 'matte', style: 'styled' } as const;

/**
 * One net: `frame` float32 [1,3,H,W], RGB 0..1, in; float32 [1,C,H,W] out, of as many outputs as are asked for. What it remembers
 * (`state` in the manifest) goes from the outputs of one run to the inputs of the next, and all zeros into the first.
 * The input is allocated once per size and filled in place.
 */
export class Net {
  /** Milliseconds that the last run took. */
  took = 0;
  private bound: { size: Size; input: Float32Array; feeds: Record<string, Tensor> } | null = null;

  private constructor(
    private readonly runtime: Runtime,
    readonly session: InferenceSession,
    readonly id: string,
    readonly state: readonly StateEntry[],
  ) {}

  /**
   * @param model - what the manifest promises of it.
   * @param bytes - of its .onnx file.
   * @throws PortoonError `ERR_MODEL_INVALID` if the bytes are no such net; the message names it.
   */
  static async open(
    runtime: Runtime,
    { id, kind, state }: Pick<Model, 'id' | 'kind' | 'state'>,
    bytes: Uint8Array,
  ): Promise<Net> {
    let session: InferenceSession;
    try {
      session = await runtime.exclusive(() =>
        runtime.ort.InferenceSession.create(bytes, {
          ...(runtime.ep === 'webgpu'
            ? {
                executionProviders: [{ name: 'webgpu', preferredLayout: 'NCHW', device: runtime.device! }],
                // What only the next run reads stays where that run reads it.
                preferredOutputLocation: Object.fromEntries(state.map(({ out }) => [out, 'gpu-buffer'])),
              }
            : { executionProviders: ['wasm'] }),
          graphOptimizationLevel: 'all',
        }),
      );
    } catch (cause) {
      if (cause instanceof PortoonError) throw cause;
      throw invalid(id, 'cannot be read by the runtime', cause);
    }
    const net = new Net(runtime, session, id, state);
    const inputs = ['frame', ...state.map((entry) => entry.in)];
    const outputs = [PROMISED[kind], ...state.map((entry) => entry.out)];
    const { inputNames, outputNames } = session;
    const kept =
      takesFrame(session) &&
      inputs.length === inputNames.length &&
      inputs.every((name) => inputNames.includes(name)) &&
      outputs.every((name) => outputNames.includes(name));
    if (!kept) {
      await net.close();
      throw invalid(
        id,
        `takes ${session.inputMetadata.map(described).join(', ')} and gives ${outputNames.join(', ')}; promised is that it takes ` +
          `${['frame float32 [1,3,H,W]', ...inputs.slice(1)].join(', ')} and gives ${outputs.join(', ')}`,
      );
    }
    return net;
  }

  gives(output: Output): boolean {
    return this.session.outputNames.includes(output);
  }

  /** Whether what it answered before goes into what it answers next. */
  get remembers(): boolean {
    return this.state.length > 0;
  }

  /** The input planes R, G, B of `size`, 0..1, to be filled before `run`. */
  input(size: Size): Float32Array {
    return this.bind(size).input;
  }

  /**
   * Runs on what `input(size)` holds.
   * @param outputs - those to bring back; the others stay with the runtime.
   * @returns [C,H,W] each, the caller's own. (The runtime does not write into an output that is handed to it in main memory.)
   * @throws PortoonError `ERR_WEBGPU` if the graphics processor fails, `ERR_MODEL_INVALID` if the net fails, or gives another shape than it should.
   */
  async run<Name extends Output>(size: Size, outputs: readonly Name[]): Promise<Record<Name, Float32Array>> {
    const { feeds } = this.bind(size);
    const given = await this.runtime
      .exclusive(async () => {
        const began = performance.now();
        const answers = await this.session.run(feeds, [...outputs, ...this.state.map(({ out }) => out)]);
        this.took = performance.now() - began;
        return answers;
      })
      .catch((cause: unknown) => {
        if (cause instanceof PortoonError) throw cause;
        throw invalid(this.id, `cannot be run at ${size.join('x')}`, cause);
      });
    for (const entry of this.state) {
      const next = given[entry.out];
      if (next?.type !== 'float32' || next.dims.join() !== shapeAt(entry, size).join())
        throw this.strange(entry.out, next, size);
      feeds[entry.in]!.dispose();
      feeds[entry.in] = next;
    }
    const values = {} as Record<Name, Float32Array>;
    for (const output of outputs) {
      const data = given[output]?.data;
      if (!(data instanceof Float32Array) || data.length !== CHANNELS[output] * size[0] * size[1])
        throw this.strange(output, given[output], size);
      values[output] = data;
    }
    return values;
  }

  /** One run, so that the first that counts is no slower than the others. */
  async warm(size: Size): Promise<void> {
    this.input(size);
    await this.run(size, [this.gives('matte') ? 'matte' : 'styled']);
    this.forget();
  }

  /**
   * The next run is of another window: what the net remembers becomes what `carry` makes of it.
   * @param size - of the next run.
   * @param carry - from [H,W] of the last run to [H,W] of the next.
   */
  carry(size: Size, carry: (field: Float32Array) => Float32Array): void {
    const former = this.bound;
    if (!former) return;
    const [width, height] = former.size;
    const kept = new Map<string, Float32Array>();
    for (const entry of this.state) {
      const tensor = former.feeds[entry.in]!;
      const planar = tensor.location === 'cpu' && tensor.size === width * height;
      if (planar) kept.set(entry.in, carry(tensor.data as Float32Array));
    }
    const { feeds } = this.bind(size);
    for (const entry of this.state) {
      const field = kept.get(entry.in);
      if (!field) continue;
      feeds[entry.in]?.dispose();
      feeds[entry.in] = new this.runtime.ort.Tensor('float32', field, shapeAt(entry, size));
    }
  }

  /** The same net with an input and a memory of its own. It ends with this one. */
  another(): Net {
    return new Net(this.runtime, this.session, this.id, this.state);
  }

  /** The next run has no past: another source, another scene. */
  forget(): void {
    if (!this.bound) return;
    const { feeds, size } = this.bound;
    for (const entry of this.state) {
      feeds[entry.in]?.dispose();
      const shape = shapeAt(entry, size);
      const zeros = new Float32Array(shape.reduce((product, side) => product * side, 1));
      feeds[entry.in] = new this.runtime.ort.Tensor('float32', zeros, shape);
    }
  }

  async close(): Promise<void> {
    for (const entry of this.state) this.bound?.feeds[entry.in]?.dispose();
    this.bound = null;
    await this.runtime.exclusive(() => this.session.release());
  }

  private bind(size: Size) {
    const [width, height] = size;
    if (this.bound?.size[0] === width && this.bound.size[1] === height) return this.bound;
    for (const entry of this.state) this.bound?.feeds[entry.in]?.dispose();
    const input = new Float32Array(3 * width * height);
    const frame = new this.runtime.ort.Tensor('float32', input, [1, 3, height, width]);
    this.bound = { size: [width, height], input, feeds: { frame } };
    this.forget();
    return this.bound;
  }

  private strange(output: string, tensor: Tensor | undefined, size: Size): PortoonError {
    return invalid(
      this.id,
      `gives ${output} ${tensor?.type} [${tensor?.dims.join(',')}] at ${size.join('x')}`,
    );
  }
}

export function shapeAt({ shape }: StateEntry, [width, height]: Size): number[] {
  return shape.map((side) => (side === 'H' ? height : side === 'W' ? width : side));
}

function takesFrame({ inputMetadata }: InferenceSession): boolean {
  const frame = inputMetadata.find(({ name }) => name === 'frame');
  if (!frame?.isTensor || frame.type !== 'float32' || frame.shape.length !== 4) return false;
  const channels = frame.shape[1];
  return channels === 3 || typeof channels === 'string';
}

function described(input: InferenceSession.ValueMetadata): string {
  return input.isTensor ? `${input.name} ${input.type} [${input.shape.join(',')}]` : input.name;
}

function invalid(id: string, what: string, cause?: unknown): PortoonError {
  return new PortoonError(
    'ERR_MODEL_INVALID',
    `The net "${id}" ${what}.`,
    'Choose another style, or install Portoon again.',
    { cause },
  );
}
