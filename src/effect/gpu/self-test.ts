import { BlotchGuard } from '../stages/matte/matte-cleanup.ts';
import { wholeFrame } from '../stages/matte/matte-window.ts';
import type { GpuRefiner } from '../stages/matte/gpu-refiner.ts';
import { MatteGuide } from '../stages/matte/guided-filter.ts';
import { webgpuFault } from '../runtime/runtime.ts';
import type { GpuPreparer } from '../stages/prepare/gpu-preparer.ts';
import { Preparer } from '../stages/prepare/prepare.ts';
import { storage } from './program.ts';

const [WIDTH, HEIGHT] = [32, 32];
const PIXELS = WIDTH * HEIGHT;
/** What both may differ by, of 1: their arithmetic is the same but for its order. */
const TOLERANCE = 2e-2;
/** So many mattes: what is held back is let through step by step. */
const MATTES = 3;

/**
 * A frame of soft colours, prepared here and there.
 * @throws PortoonError `ERR_WEBGPU` if the graphics processor prepares it otherwise.
 */
export async function testPreparer(preparer: GpuPreparer): Promise<void> {
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
    const here = new Preparer();
    await here.take(frame);
    await preparer.take(frame);
    const size = [WIDTH, HEIGHT] as const;
    expectEqual('prepares frames', await preparer.planes(size), await here.planes(size));
  } finally {
    frame.close();
  }
}

/**
 * A person with a hole, and a blotch beside them, refined here and there.
 * @throws PortoonError `ERR_WEBGPU` if the graphics processor refines them otherwise.
 */
export async function testRefiner(device: GPUDevice, refiner: GpuRefiner): Promise<void> {
  const picture = Float32Array.from({ length: 3 * PIXELS }, (_, i) => ((7 * i) % 97) / 97);
  const buffers = { matte: storage(device, 4 * PIXELS), picture: storage(device, 12 * PIXELS) };
  device.queue.writeBuffer(buffers.picture, 0, picture);
  const guard = new BlotchGuard();
  const guide = new MatteGuide();
  try {
    for (let n = 0; n < MATTES; n++) {
      const matte = Float32Array.from({ length: PIXELS }, (_, i) =>
        seen(i % WIDTH, Math.floor(i / WIDTH), n),
      );
      device.queue.writeBuffer(buffers.matte, 0, matte);
      const fresh = { size: [WIDTH, HEIGHT] as const, ...buffers, parts: null };
      await refiner.refine(fresh, { steadies: false, part: null, blurs: false });
      guard.guard(matte, wholeFrame([WIDTH, HEIGHT]));
      guide.fit(matte, picture, WIDTH, HEIGHT);
      const scale = (bytes: Uint8Array) => Float32Array.from(bytes, (byte) => byte / 255);
      const { texels } = await refiner.answer();
      expectEqual('refines a matte', scale(texels), scale(guide.texels));
    }
  } finally {
    buffers.matte.destroy();
    buffers.picture.destroy();
  }
}

/** Somebody who moves to the right, with a hole in them, and a blotch that stays, and later touches them. */
function seen(x: number, y: number, frame: number): number {
  const distance = Math.hypot(x - 12 - frame, y - 20);
  const person = Math.min(1, Math.max(0, (9 - distance) / 3));
  const hole = Math.hypot(x - 11 - frame, y - 20) < 2;
  const blotch = x > 24 - frame && x < 29 && y > 3 && y < 9;
  return hole ? 0.1 : blotch ? 0.9 : person;
}

function expectEqual(what: string, given: Float32Array, right: Float32Array): void {
  const worst = given.reduce((most, value, i) => Math.max(most, Math.abs(value - right[i]!)), 0);
  // Not a number is not right either.
  if (!(worst <= TOLERANCE)) throw webgpuFault(`${what} otherwise than it should, by ${worst.toFixed(3)}`);
}
