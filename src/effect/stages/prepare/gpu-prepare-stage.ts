import prepareCode from '../../../../shaders/prepare.wgsl?raw';
import { PortoonError } from '../../../common/errors.ts';
import { ComputeProgram, run, storage, uniforms } from '../../gpu/compute-program.ts';
import { readBuffer, BufferReadback } from '../../gpu/buffer-readback.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Size } from '../../../common/size.ts';
import { CpuPrepareStage } from './cpu-prepare-stage.ts';
import { FRAMES_TO_SETTLE, type PrepareStage } from './prepare-stage.ts';
import type { GridOffset } from '../roi.ts';

/** The largest difference between a frame's colours and those that the standards give it. */
const TOLERANCE = 3 / 255;
/** Long side, in pixels, at which a frame is compared with the one before. */
const COMPARED_SIDE = 320;

/**
 * Matrices, row by row, from linear sRGB to other primaries with the same white: SMPTE RP 145,
 * ITU-R BT.470-6 B and G, SMPTE RP 431-2. Frames of still other primaries are prepared in main
 * memory.
 */
const FROM_SRGB: Partial<Record<string, readonly number[]>> = {
  smpte170m: [1.065379, -0.055401, -0.009978, -0.019633, 1.036363, -0.016731, 0.001632, 0.004412, 0.993956],
  bt470bg: [0.957815, 0.042185, 0, 0, 1, 0, 0, -0.011934, 1.011934],
  smpte432: [0.822462, 0.177538, 0, 0.033194, 0.966806, 0, 0.017083, 0.072397, 0.91052],
};

/** How two frames differ. */
interface Difference {
  readonly areEqual: boolean;
  /** Mean of the change in green, 0..1. */
  readonly change: number;
}
const NO_DIFFERENCE_KNOWN: Difference = { areEqual: false, change: 0 };
const CHANGES_BYTES = 8;

/** As an external texture, or prepared in main memory and uploaded. */
type FramePath = 'external' | 'memory';

const STEPS = { scale: [0, 1, 2, 4], compare: [0, 1, 2, 3, 4] } as const;

/**
 * The prepare stage on the GPU. A frame is read as an external texture, without a copy. Where that
 * does not work, or gives other colours than {@link CpuPrepareStage}, the frame is prepared in main
 * memory.
 */
export class GpuPrepareStage implements PrepareStage {
  unchangedFrames = 0;
  /**
   * Mean change in green from one frame to the next, 0..1, by which a cut to another scene is
   * found; of the frame before the loaded one, as the GPU answers late. 0 for frames read from main
   * memory.
   */
  change = 0;
  private width = 1;
  private height = 1;
  /** The path for each kind of frame: its format, colour space, rotation and flip. */
  private readonly paths = new Map<string, FramePath>();
  private currentPath: FramePath = 'memory';
  private readonly memory = new CpuPrepareStage();
  private external: GPUExternalTexture | null = null;
  /** A clone of the loaded frame, because previews read it after it was drawn and closed. */
  private clone: VideoFrame | null = null;
  private closed = false;
  private readonly colours: GPUBuffer;
  private readonly region: GPUBuffer;
  /** A small copy of the frame before. */
  private lastFrame: { size: Size; planes: GPUBuffer } | null = null;
  private readonly changes: GPUBuffer;
  private readonly counts: BufferReadback;
  /** Between the last two frames. */
  private difference: Promise<Difference> = Promise.resolve(NO_DIFFERENCE_KNOWN);

  private constructor(
    private readonly device: GPUDevice,
    private readonly watch: Runtime['watch'],
    private readonly program: ComputeProgram<keyof typeof STEPS>,
  ) {
    this.colours = uniforms(device, 48);
    this.region = uniforms(device, 24);
    this.changes = storage(device, CHANGES_BYTES);
    this.counts = new BufferReadback(device, CHANGES_BYTES, watch);
  }

  static async open(device: GPUDevice, watch: Runtime['watch']): Promise<GpuPrepareStage> {
    return new GpuPrepareStage(device, watch, await ComputeProgram.open(device, prepareCode, STEPS));
  }

  async load(frame: VideoFrame): Promise<void> {
    const { format, colorSpace, displayWidth, displayHeight } = frame;
    const { primaries, transfer, matrix, fullRange } = colorSpace;
    const { rotation = 0, flip = false } = frame as { rotation?: number; flip?: boolean };
    this.width = displayWidth;
    this.height = displayHeight;
    const kind = [format, primaries, transfer, matrix, fullRange, rotation, flip].join();
    let path = this.paths.get(kind);
    if (!path) {
      path = (await this.agreesInMean(frame)) && (await this.agreesInColour(frame)) ? 'external' : 'memory';
      this.paths.set(kind, path);
    }
    this.currentPath = path;
    if (path === 'memory') {
      await this.memory.load(frame);
      this.unchangedFrames = this.memory.unchangedFrames;
      this.change = 0;
    } else {
      this.importFrame(frame);
      await this.compareWithLast();
    }
  }

  get aspect(): number {
    return this.width / this.height;
  }

  /** How the loaded frame was read. */
  get path(): FramePath {
    return this.currentPath;
  }

  /**
   * Scales the loaded frame, or a region of it.
   * @param size - of the output in pixels.
   * @param target - [3,H,W] at `size`, filled with R, G and B, 0..1.
   * @param offset - where the region begins in the frame. Default: the region is the whole frame.
   */
  scale(size: Size, target: GPUBuffer, offset: GridOffset = { grid: size, x: 0, y: 0 }): void {
    const { queue } = this.device;
    if (this.currentPath === 'memory') {
      const planes = new Float32Array(3 * size[0] * size[1]);
      this.memory.scale(size, planes, offset);
      queue.writeBuffer(target, 0, planes);
    } else queue.submit([this.encode('scale', size, offset, target).finish()]);
  }

  async planes(size: Size): Promise<Float32Array> {
    const target = storage(this.device, 12 * size[0] * size[1]);
    try {
      this.scale(size, target);
      return new Float32Array(await readBuffer(this.device, target, this.watch));
    } finally {
      target.destroy();
    }
  }

  close(): void {
    this.closed = true;
    this.clone?.close();
    this.counts.close();
    this.memory.close();
  }

  private importFrame(frame: VideoFrame): void {
    // A frame may still be under way on a backend that has failed and was closed.
    if (this.closed) return;
    const fromSrgb = FROM_SRGB[frame.colorSpace.primaries ?? ''];
    const rows = new Float32Array(12);
    if (fromSrgb)
      for (let row = 0; row < 3; row++) rows.set([...fromSrgb.slice(3 * row, 3 * row + 3), 1], 4 * row);
    this.device.queue.writeBuffer(this.colours, 0, rows);
    this.clone?.close();
    this.clone = frame.clone();
    this.external = this.device.importExternalTexture({ source: this.clone });
  }

  /**
   * Compares the frame with the one before. The result may come one frame late, and nobody waits
   * for it, until the picture has not changed for so long that its next change must be seen in
   * time.
   */
  private async compareWithLast(): Promise<void> {
    const { device } = this;
    const scale = Math.min(1, COMPARED_SIDE / Math.max(this.width, this.height));
    const size = [Math.ceil(this.width * scale), Math.ceil(this.height * scale)] as const;
    let isFirst = false;
    if (this.lastFrame?.size[0] !== size[0] || this.lastFrame.size[1] !== size[1]) {
      this.lastFrame?.planes.destroy();
      this.lastFrame = { size, planes: storage(device, 12 * size[0] * size[1]) };
      this.unchangedFrames = 0;
      this.difference = Promise.resolve(NO_DIFFERENCE_KNOWN);
      isFirst = true;
    }
    const previous = this.difference;
    device.queue.writeBuffer(this.changes, 0, new Uint32Array(2));
    const whole = { grid: size, x: 0, y: 0 };
    const encoder = this.encode('compare', size, whole, this.lastFrame.planes);
    const answer = this.counts.from(encoder, this.changes);
    device.queue.submit([encoder.finish()]);
    const pixels = size[0] * size[1];
    this.difference = answer().then((answered) => {
      const [count, green] = new Uint32Array(answered);
      return { areEqual: count === 0, change: isFirst ? 0 : green! / (255 * pixels) };
    });
    this.difference.catch(() => undefined);
    const known = await (this.unchangedFrames >= FRAMES_TO_SETTLE - 1 ? this.difference : previous);
    this.unchangedFrames = known.areEqual ? this.unchangedFrames + 1 : 0;
    this.change = known.change;
  }

  private encode(
    name: keyof typeof STEPS,
    size: Size,
    { grid, x, y }: GridOffset,
    planes: GPUBuffer,
  ): GPUCommandEncoder {
    // Queue writes and submissions keep their order: earlier steps still read their own values.
    this.device.queue.writeBuffer(this.region, 0, Uint32Array.of(...grid, x, y, ...size));
    const resources = { 0: this.external!, 1: this.region, 2: planes, 3: this.changes, 4: this.colours };
    const step = this.program.bind(name, resources);
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    run(pass, step, size);
    pass.end();
    return encoder;
  }

  /** How much the colours differ between both paths, for each value; infinite if one fails. */
  private async differences(frame: VideoFrame): Promise<Float32Array> {
    const size = [32, 32] as const;
    try {
      this.currentPath = 'external';
      this.importFrame(frame);
      const given = await this.planes(size);
      await this.memory.load(frame);
      const expected = await this.memory.planes(size);
      return given.map((value, i) => Math.abs(value - expected[i]!));
    } catch (error) {
      if (error instanceof PortoonError) throw error;
      return Float32Array.of(Infinity);
    }
  }

  /** Whether the means agree. At sharp edges each path interpolates chroma in its own way. */
  private async agreesInMean(frame: VideoFrame): Promise<boolean> {
    const differences = await this.differences(frame);
    return differences.reduce((sum, value) => sum + value, 0) <= TOLERANCE * differences.length;
  }

  /**
   * Whether all colours agree at every pixel, tried on a frame of our own, because the first frame
   * of a camera may be black.
   */
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
 * A frame of strong colours at middle lightness: more blue from left to right and more red from top
 * to bottom. They change so smoothly that the interpolation of chroma does not matter, and all of
 * them exist in R'G'B'.
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
