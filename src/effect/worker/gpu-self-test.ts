import { MatteCleanup } from '../stages/matte/matte-cleanup.ts';
import { wholeFrame } from '../stages/roi.ts';
import type { GpuRefiner } from '../stages/matte/gpu-refiner.ts';
import { GuidedFilter } from '../stages/matte/guided-filter.ts';
import { webgpuFault } from '../runtime/runtime.ts';
import type { GpuPrepareStage } from '../stages/prepare/gpu-prepare-stage.ts';
import { CpuPrepareStage } from '../stages/prepare/cpu-prepare-stage.ts';
import { storage } from '../gpu/compute-program.ts';

const [WIDTH, HEIGHT] = [32, 32];
const PIXELS = WIDTH * HEIGHT;
/** The largest difference, of 1, that the order of the arithmetic can make. */
const TOLERANCE = 2e-2;
/** Mattes in a row, because what is held back fades in step by step. */
const MATTES = 3;

/**
 * Prepares a frame of soft colours on the GPU and in main memory.
 * @throws PortoonError `ERR_WEBGPU` if the results differ.
 */
export async function testPrepareStage(prepare: GpuPrepareStage): Promise<void> {
  const [width, height] = [80, 48];
  const data = new Uint8Array((width * height * 3) / 2);
  for (let i = 0; i < width * height; i++) data[i] = 40 + (i % width) + 2 * Math.floor(i / width);
  for (let i = 0; i < (width * height) / 4; i++) {
    data[width * height + i] = 100 + (i % (width / 2));
    data[(width * height * 5) / 4 + i] = 140 - Math.floor((2 * i) / width);
  }
  const init = { format: 'I420', codedWidth: width, codedHeight: height, timestamp: 0 } as const;
  const colorSpace = {
    matrix: 'smpte170m',
    primaries: 'smpte170m',
    transfer: 'smpte170m',
    fullRange: false,
  } as const;
  const frame = new VideoFrame(data, { ...init, colorSpace });
  try {
    const inMemory = new CpuPrepareStage();
    await inMemory.load(frame);
    await prepare.load(frame);
    const size = [WIDTH, HEIGHT] as const;
    expectEqual('prepares frames', await prepare.planes(size), await inMemory.planes(size));
  } finally {
    frame.close();
  }
}

/**
 * Refines a person with a hole, and a blotch beside them, on the GPU and in main memory.
 * @throws PortoonError `ERR_WEBGPU` if the results differ.
 */
export async function testRefiner(device: GPUDevice, refiner: GpuRefiner): Promise<void> {
  const picture = Float32Array.from({ length: 3 * PIXELS }, (_, i) => ((7 * i) % 97) / 97);
  const buffers = { matte: storage(device, 4 * PIXELS), picture: storage(device, 12 * PIXELS) };
  device.queue.writeBuffer(buffers.picture, 0, picture);
  const cleanup = new MatteCleanup();
  const filter = new GuidedFilter();
  try {
    for (let n = 0; n < MATTES; n++) {
      const matte = Float32Array.from({ length: PIXELS }, (_, i) =>
        alphaAt(i % WIDTH, Math.floor(i / WIDTH), n),
      );
      device.queue.writeBuffer(buffers.matte, 0, matte);
      const given = { roi: wholeFrame([WIDTH, HEIGHT]), ...buffers, parts: null };
      await refiner.refine(given, { smooths: false, part: null, blurs: false });
      cleanup.clean(matte, wholeFrame([WIDTH, HEIGHT]));
      filter.fit(matte, picture, WIDTH, HEIGHT);
      const scale = (bytes: Uint8Array) => Float32Array.from(bytes, (byte) => byte / 255);
      const { texels } = await refiner.texels();
      expectEqual('refines a matte', scale(texels), scale(filter.texels));
    }
  } finally {
    buffers.matte.destroy();
    buffers.picture.destroy();
  }
}

/** Alpha of somebody who moves right, with a hole, and of a blotch that later touches them. */
function alphaAt(x: number, y: number, frame: number): number {
  const distance = Math.hypot(x - 12 - frame, y - 20);
  const person = Math.min(1, Math.max(0, (9 - distance) / 3));
  const hole = Math.hypot(x - 11 - frame, y - 20) < 2;
  const blotch = x > 24 - frame && x < 29 && y > 3 && y < 9;
  return hole ? 0.1 : blotch ? 0.9 : person;
}

function expectEqual(what: string, given: Float32Array, right: Float32Array): void {
  const worst = given.reduce((most, value, i) => Math.max(most, Math.abs(value - right[i]!)), 0);
  // Written so that NaN fails too.
  if (!(worst <= TOLERANCE)) throw webgpuFault(`${what} otherwise than it should, by ${worst.toFixed(3)}`);
}
