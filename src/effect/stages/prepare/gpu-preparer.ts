import prepare from '../../../../shaders/prepare.wgsl?raw';
import { PortoonError } from '../../../common/errors.ts';
import { Program, run, storage, uniforms } from '../../gpu/program.ts';
import { readOnce, Readback } from '../../gpu/readback.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Size } from '../../../common/size.ts';
import { Preparer, REST, type FramePreparer, type Part } from './prepare.ts';

/** What a frame's colours may differ by at most from those that it has by the standards. */
const TOLERANCE = 3 / 255;
/** Pixels of the long side at which a frame is compared with the one before. */
const LOOK = 320;

/**
 * From linear sRGB to other primaries with the same white (SMPTE RP 145, ITU-R BT.470-6 B and G, SMPTE RP 431-2): rows.
 * All other frames whose primaries differ go over the main memory.
 */
const TO_OWN: Partial<Record<string, readonly number[]>> = {
  smpte170m: [1.065379, -0.055401, -0.009978, -0.019633, 1.036363, -0.016731, 0.001632, 0.004412, 0.993956],
  bt470bg: [0.957815, 0.042185, 0, 0, 1, 0, 0, -0.011934, 1.011934],
  smpte432: [0.822462, 0.177538, 0, 0.033194, 0.966806, 0, 0.017083, 0.072397, 0.91052],
};

type Way = 'external' | 'memory';

const STEPS = { scale: [0, 1, 2, 4], compare: [0, 1, 2, 3, 4] } as const;

/**
 * Prepares frames where they are, on the graphics processor, into buffers. A frame comes as an external texture, which copies nothing; where that
 * gives other colours than `Preparer` does, or nothing, `Preparer` prepares it.
 */
export class GpuPreparer implements FramePreparer {
  repeats = 0;
  private width = 1;
  private height = 1;
  /** The ways that frames take, by what they are. */
  private readonly ways = new Map<string, Way>();
  private way: Way = 'memory';
  private readonly memory = new Preparer();
  private external: GPUExternalTexture | null = null;
  /** Ours, so that the frame may be looked at again after it was drawn. */
  private held: VideoFrame | null = null;
  private readonly colours: GPUBuffer;
  private readonly part: GPUBuffer;
  /** What the frame before looked like. */
  private look: { size: Size; planes: GPUBuffer } | null = null;
  private readonly changes: GPUBuffer;
  private readonly counts: Readback;
  /** Whether the frame before was as the one before it. */
  private same: Promise<boolean> = Promise.resolve(false);

  private constructor(
    private readonly device: GPUDevice,
    private readonly watch: Runtime['watch'],
    private readonly program: Program<keyof typeof STEPS>,
  ) {
    this.colours = uniforms(device, 48);
    this.part = uniforms(device, 24);
    this.changes = storage(device, 4);
    this.counts = new Readback(device, 4, watch);
  }

  static async open(device: GPUDevice, watch: Runtime['watch']): Promise<GpuPreparer> {
    return new GpuPreparer(device, watch, await Program.open(device, prepare, STEPS));
  }

  async take(frame: VideoFrame): Promise<void> {
    const { format, colorSpace, displayWidth, displayHeight } = frame;
    const { primaries, transfer, matrix, fullRange } = colorSpace;
    const { rotation = 0, flip = false } = frame as { rotation?: number; flip?: boolean };
    this.width = displayWidth;
    this.height = displayHeight;
    const kind = [format, primaries, transfer, matrix, fullRange, rotation, flip].join();
    let way = this.ways.get(kind);
    if (!way) {
      way = (await this.agrees(frame)) && (await this.agreesInColour(frame)) ? 'external' : 'memory';
      this.ways.set(kind, way);
    }
    this.way = way;
    if (way === 'memory') {
      await this.memory.take(frame);
      this.repeats = this.memory.repeats;
    } else {
      this.importFrame(frame);
      await this.compareWithLast();
    }
  }

  get aspect(): number {
    return this.width / this.height;
  }

  /** Which way the taken frame came. */
  get taken(): Way {
    return this.way;
  }

  /**
   * Writes the taken frame as planes [3,H,W] into `target`.
   * @param size - of the whole frame, or of the `part` of a whole that is as large as its `grid`.
   */
  scale(size: Size, target: GPUBuffer, part: Part = { grid: size, x: 0, y: 0 }): void {
    const { queue } = this.device;
    if (this.way === 'memory') {
      const planes = new Float32Array(3 * size[0] * size[1]);
      this.memory.scale(size, planes, part);
      queue.writeBuffer(target, 0, planes);
    } else queue.submit([this.encode('scale', size, part, target).finish()]);
  }

  async planes(size: Size): Promise<Float32Array> {
    const target = storage(this.device, 12 * size[0] * size[1]);
    try {
      this.scale(size, target);
      return new Float32Array(await readOnce(this.device, target, this.watch));
    } finally {
      target.destroy();
    }
  }

  close(): void {
    this.held?.close();
    this.counts.close();
    this.memory.close();
  }

  private importFrame(frame: VideoFrame): void {
    const toOwn = TO_OWN[frame.colorSpace.primaries ?? ''];
    const rows = new Float32Array(12);
    if (toOwn) for (let row = 0; row < 3; row++) rows.set([...toOwn.slice(3 * row, 3 * row + 3), 1], 4 * row);
    this.device.queue.writeBuffer(this.colours, 0, rows);
    this.held?.close();
    this.held = frame.clone();
    this.external = this.device.importExternalTexture({ source: this.held });
  }

  /** While nothing has stood still for long the answer may come a frame late; after that no frame may miss it. */
  private async compareWithLast(): Promise<void> {
    const { device } = this;
    const scale = Math.min(1, LOOK / Math.max(this.width, this.height));
    const size = [Math.ceil(this.width * scale), Math.ceil(this.height * scale)] as const;
    if (this.look?.size[0] !== size[0] || this.look.size[1] !== size[1]) {
      this.look?.planes.destroy();
      this.look = { size, planes: storage(device, 12 * size[0] * size[1]) };
      this.repeats = 0;
    }
    const before = this.same;
    device.queue.writeBuffer(this.changes, 0, new Uint32Array(1));
    const whole = { grid: size, x: 0, y: 0 };
    const encoder = this.encode('compare', size, whole, this.look.planes);
    const answer = this.counts.from(encoder, this.changes);
    device.queue.submit([encoder.finish()]);
    this.same = answer().then((count) => new Uint32Array(count)[0] === 0);
    this.same.catch(() => undefined);
    const same = await (this.repeats >= REST - 1 ? this.same : before);
    this.repeats = same ? this.repeats + 1 : 0;
  }

  private encode(
    name: keyof typeof STEPS,
    size: Size,
    { grid, x, y }: Part,
    planes: GPUBuffer,
  ): GPUCommandEncoder {
    // In order with what is submitted: steps before read what was written for them.
    this.device.queue.writeBuffer(this.part, 0, Uint32Array.of(...grid, x, y, ...size));
    const resources = { 0: this.external!, 1: this.part, 2: planes, 3: this.changes, 4: this.colours };
    const step = this.program.bind(name, resources);
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    run(pass, step, size);
    pass.end();
    return encoder;
  }

  /** By how much a frame's colours differ between both ways, pixel for pixel; infinitely where one does not work. */
  private async differences(frame: VideoFrame): Promise<Float32Array> {
    const size = [32, 32] as const;
    try {
      this.way = 'external';
      this.importFrame(frame);
      const seen = await this.planes(size);
      await this.memory.take(frame);
      const right = await this.memory.planes(size);
      return seen.map((value, i) => Math.abs(value - right[i]!));
    } catch (error) {
      if (error instanceof PortoonError) throw error;
      return Float32Array.of(Infinity);
    }
  }

  /** On the whole: at sharp edges each way has its own interpolation of chroma. */
  private async agrees(frame: VideoFrame): Promise<boolean> {
    const differences = await this.differences(frame);
    return differences.reduce((sum, value) => sum + value, 0) <= TOLERANCE * differences.length;
  }

  /** To the last pixel with all colours: the first frame of a camera may well be black. */
  private async agreesInColour({ format, colorSpace }: VideoFrame): Promise<boolean> {
    if (format !== 'I420' && format !== 'NV12') return true;
    const frame = swatches(format, colorSpace.toJSON());
    try {
      return (await this.differences(frame)).every((difference) => difference <= TOLERANCE);
    } finally {
      frame.close();
    }
  }
}

/**
 * Strong colours at middle lightness, more blue from left to right and more red from top to bottom, so smoothly that it does not matter how
 * chroma is interpolated, and none that R'G'B' does not have.
 */
function swatches(format: 'I420' | 'NV12', colorSpace: VideoColorSpaceInit): VideoFrame {
  const side = 256;
  const half = side / 2;
  const data = new Uint8Array((side * side * 3) / 2).fill(126, 0, side * side);
  const chroma = data.subarray(side * side);
  for (let y = 0, i = 0; y < half; y++)
    for (let x = 0; x < half; x++, i++) {
      const [cb, cr] = [70 + (116 * x) / half, 70 + (116 * y) / half];
      if (format === 'NV12') chroma.set([cb, cr], 2 * i);
      else {
        chroma[i] = cb;
        chroma[i + half * half] = cr;
      }
    }
  return new VideoFrame(data, { format, codedWidth: side, codedHeight: side, timestamp: 0, colorSpace });
}
