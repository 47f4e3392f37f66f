import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { PortoonError } from '../errors.ts';
import type { Runtime } from './runtime.ts';

/** [width, height] in pixels, both multiples of 32. */
export type Size = readonly [width: number, height: number];

/**
 * One picture-to-picture net: `frame` float32 [1,3,H,W], RGB 0..1, in; one float32 [1,C,H,W] out.
 * The input is allocated once per size and filled in place.
 */
export class Net {
  private bound: { size: Size; input: Float32Array; frame: Tensor } | null = null;

  private constructor(
    private readonly runtime: Runtime,
    private readonly session: InferenceSession,
    readonly id: string,
    private readonly outputName: string,
    private readonly channels: number,
  ) {}

  /**
   * @param model - the bytes of an .onnx file.
   * @param outputName - the promised output, `matte` or `styled`.
   * @param channels - C of the output.
   * @throws PortoonError `ERR_MODEL_INVALID` if the bytes are no such net; the message names it.
   */
  static async open(
    runtime: Runtime,
    id: string,
    model: Uint8Array,
    outputName: string,
    channels: number,
  ): Promise<Net> {
    let session: InferenceSession;
    try {
      session = await runtime.exclusive(() =>
        runtime.ort.InferenceSession.create(model, {
          executionProviders:
            runtime.ep === 'webgpu' ? [{ name: 'webgpu', preferredLayout: 'NCHW' }] : ['wasm'],
          graphOptimizationLevel: 'all',
        }),
      );
    } catch (cause) {
      throw invalid(id, 'cannot be read by the runtime', cause);
    }
    const net = new Net(runtime, session, id, outputName, channels);
    if (!session.inputNames.includes('frame') || !session.outputNames.includes(outputName)) {
      await net.close();
      throw invalid(
        id,
        `takes ${session.inputNames.join(', ')} and gives ${session.outputNames.join(', ')}, not frame and ${outputName}`,
      );
    }
    return net;
  }

  /** The input planes R, G, B of `size`, 0..1, to be filled before `run`. */
  input(size: Size): Float32Array {
    return this.bind(size).input;
  }

  /**
   * Runs on what `input(size)` holds.
   * @returns [C,H,W], the caller's own. (The runtime does not write into an output that is handed to it in main memory.)
   * @throws PortoonError `ERR_MODEL_INVALID` if the net fails, or gives another shape than it should.
   */
  async run(size: Size): Promise<Float32Array> {
    const { frame } = this.bind(size);
    const outputs = await this.runtime
      .exclusive(() => this.session.run({ frame }, [this.outputName]))
      .catch((cause: unknown) => {
        throw invalid(this.id, `cannot be run at ${size.join('x')}`, cause);
      });
    const output = outputs[this.outputName];
    const values = output?.data;
    if (!(values instanceof Float32Array) || values.length !== this.channels * size[0] * size[1])
      throw invalid(this.id, `gives ${output?.type} [${output?.dims.join(',')}] at ${size.join('x')}`);
    return values;
  }

  async close(): Promise<void> {
    await this.runtime.exclusive(() => this.session.release());
  }

  private bind(size: Size) {
    const [width, height] = size;
    if (this.bound?.size[0] !== width || this.bound.size[1] !== height) {
      const input = new Float32Array(3 * width * height);
      this.bound = {
        size: [width, height],
        input,
        frame: new this.runtime.ort.Tensor('float32', input, [1, 3, height, width]),
      };
    }
    return this.bound;
  }
}

function invalid(id: string, what: string, cause?: unknown): PortoonError {
  return new PortoonError(
    'ERR_MODEL_INVALID',
    `The net "${id}" ${what}.`,
    'Choose another style, or install Portoon again.',
    { cause },
  );
}
