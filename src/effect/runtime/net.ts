import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { PortoonError } from '../../common/errors.ts';
import type { Model, StateEntry } from '../models/catalogue.ts';
import type { Runtime } from './runtime.ts';
import type { Size } from '../../common/size.ts';

/** Every output that a net may have, with its number of channels. */
export const CHANNELS = { matte: 1, parts: 6, styled: 3, ink: 1 };
export type Output = keyof typeof CHANNELS;
/** The output `ink` is clipped at this many pixels of the net's input on either side of 0. */
export const INK_RANGE = 2.5;
/** How much larger than 1 the range of an output is, so that differences can be judged alike. */
export const RANGES: Readonly<Record<string, number>> = { ink: 2 * INK_RANGE };
/** The output that a net of each kind must have. */
const PROMISED = { matte: 'matte', style: 'styled' } as const;

/**
 * A net with its input and outputs in main memory. The input `frame` is float32 [1,3,H,W], RGB
 * 0..1; each output is float32 [1,C,H,W]. Both sides are multiples of 32.
 *
 * A recurrent net has state (`state` in the manifest): some outputs of a run are inputs of the
 * next, and the first run reads zeros. The input is allocated once per size and filled in place.
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
   * @param model - its entry in the manifest.
   * @param bytes - its .onnx file.
   * @throws PortoonError `ERR_MODEL_INVALID`, naming the net, if it is not as the manifest says.
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
                // State stays on the GPU, because only the next run reads it.
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

  /** Whether the net has an output. */
  hasOutput(output: Output): boolean {
    return this.session.outputNames.includes(output);
  }

  /** Whether the outputs depend on the runs before. */
  get isRecurrent(): boolean {
    return this.state.length > 0;
  }

  /** The input, [3,H,W]: the R, G and B planes, 0..1, to be filled before `run`. */
  input(size: Size): Float32Array {
    return this.bind(size).input;
  }

  /**
   * Runs on what `input(size)` holds.
   * @param outputs - the ones to return.
   * @returns each output as [C,H,W] in memory of its own, because the runtime does not write into
   * memory that it is given.
   * @throws PortoonError `ERR_WEBGPU` if the GPU fails.
   * @throws PortoonError `ERR_MODEL_INVALID` if the net fails or an output has the wrong shape.
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
        throw this.wrongShape(entry.out, next, size);
      feeds[entry.in]!.dispose();
      feeds[entry.in] = next;
    }
    const values = {} as Record<Name, Float32Array>;
    for (const output of outputs) {
      const data = given[output]?.data;
      if (!(data instanceof Float32Array) || data.length !== CHANNELS[output] * size[0] * size[1])
        throw this.wrongShape(output, given[output], size);
      values[output] = data;
    }
    return values;
  }

  /** Runs once and resets the state, so that the first run that counts is not slow. */
  async warm(size: Size): Promise<void> {
    this.input(size);
    await this.run(size, outputsOfKind(this));
    this.resetState();
  }

  /**
   * Converts the state for a run on another region of the frame. State that is not one value per
   * pixel is reset.
   * @param size - of the next run.
   * @param resample - converts a field [H,W] of the last run to [H,W] of the next.
   */
  resampleState(size: Size, resample: (field: Float32Array) => Float32Array): void {
    const former = this.bound;
    if (!former) return;
    const [width, height] = former.size;
    const kept = new Map<string, Float32Array>();
    for (const entry of this.state) {
      const tensor = former.feeds[entry.in]!;
      const planar = tensor.location === 'cpu' && tensor.size === width * height;
      if (planar) kept.set(entry.in, resample(tensor.data as Float32Array));
    }
    const { feeds } = this.bind(size);
    for (const entry of this.state) {
      const field = kept.get(entry.in);
      if (!field) continue;
      feeds[entry.in]?.dispose();
      feeds[entry.in] = new this.runtime.ort.Tensor('float32', field, shapeAt(entry, size));
    }
  }

  /** The same net with an input and a state of its own. It closes with this one. */
  fork(): Net {
    return new Net(this.runtime, this.session, this.id, this.state);
  }

  /** Sets the state to zeros, for another source or another scene. */
  resetState(): void {
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
    this.resetState();
    return this.bound;
  }

  private wrongShape(output: string, tensor: Tensor | undefined, size: Size): PortoonError {
    return invalid(
      this.id,
      `gives ${output} ${tensor?.type} [${tensor?.dims.join(',')}] at ${size.join('x')}`,
    );
  }
}

/** The outputs of a net that every frame takes. */
export function outputsOfKind(net: Pick<Net, 'hasOutput'>): Output[] {
  if (net.hasOutput('matte')) return ['matte'];
  return net.hasOutput('ink') ? ['styled', 'ink'] : ['styled'];
}

/** The shape of a state tensor at one input size. */
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
