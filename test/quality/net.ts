import type { Model } from './models.ts';
import { emptyPlanes, type Planes, type Size } from './planes.ts';
import { openSession, tensor, type Session, type SessionOptions, type Value } from './runtime.ts';

/**
 * The memory of a net from frame to frame, by the names of its inputs. Empty for a net without
 * memory.
 */
export type State = Readonly<Record<string, Value>>;

/** The outputs of a net for one frame, and the memory that it gets with the next. */
export interface Answer {
  /** By the names of the outputs, without those of the memory. */
  readonly outputs: Readonly<Record<string, Planes>>;
  readonly state: State;
}

/** One net in ONNX Runtime, on one thread of the processor unless told otherwise. */
export class Net {
  private constructor(
    private readonly session: Session,
    private readonly slots: Model['state'],
  ) {}

  /**
   * @param bytes - of an .onnx file whose input `frame` is [1,3,H,W].
   * @param slots - the manifest's `state` of the net.
   */
  static async open(bytes: Uint8Array, slots: Model['state'] = [], options?: SessionOptions): Promise<Net> {
    return new Net(await openSession(bytes, options), slots);
  }

  get outputNames(): readonly string[] {
    return this.session.outputNames;
  }

  get hasMemory(): boolean {
    return this.slots.length > 0;
  }

  /** A memory with the same value everywhere. 0 means "no past". */
  state(size: Size, value = 0): State {
    return Object.fromEntries(
      this.slots.map((slot) => {
        const dims = stateShape(slot, size);
        const length = dims.reduce((product, side) => product * side, 1);
        return [slot.in, tensor(new Float32Array(length).fill(value), dims)];
      }),
    );
  }

  async run(frame: Planes, state: State = this.state([frame.width, frame.height])): Promise<Answer> {
    const input = tensor(frame.data, [1, frame.channels, frame.height, frame.width]);
    const results = await this.session.run({ frame: input, ...state });
    const isState = new Set(this.slots.map((slot) => slot.out));
    return {
      outputs: Object.fromEntries(
        Object.entries(results)
          .filter(([name]) => !isState.has(name))
          .map(([name, result]) => [name, toPlanes(result)]),
      ),
      state: Object.fromEntries(this.slots.map((slot) => [slot.in, results[slot.out]!])),
    };
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

/** The sides of a state's tensor at a frame's size. */
export function stateShape(slot: Model['state'][number], [width, height]: Size): number[] {
  return slot.shape.map((side) => (side === 'H' ? height : side === 'W' ? width : side));
}

function toPlanes({ data, dims }: Value): Planes {
  const [, channels, height, width] = dims;
  if (!(data instanceof Float32Array) || dims.length !== 4)
    throw new Error(`The net gives [${dims.join(',')}], not float32 [1,C,H,W].`);
  const planes = emptyPlanes(channels!, width!, height!);
  planes.data.set(data);
  return planes;
}
