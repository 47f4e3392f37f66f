import { describe, expect, test } from 'vitest';
import { CpuPrepareStage } from '../../../../../src/effect/stages/prepare/cpu-prepare-stage.ts';

const WIDTH = 64;
const HEIGHT = 48;

/** One colour in Y'CbCr, as a camera would give it. */
function yuvFrame(
  format: 'I420' | 'NV12',
  [y, cb, cr]: [number, number, number],
  colorSpace: VideoColorSpaceInit,
  row: (y: number, line: number) => number = (value) => value,
): VideoFrame {
  const chroma = (WIDTH / 2) * (HEIGHT / 2);
  const data = new Uint8Array(WIDTH * HEIGHT + 2 * chroma);
  for (let line = 0; line < HEIGHT; line++) data.fill(row(y, line), line * WIDTH, (line + 1) * WIDTH);
  const planes = data.subarray(WIDTH * HEIGHT);
  if (format === 'I420') {
    planes.fill(cb, 0, chroma);
    planes.fill(cr, chroma);
  } else for (let i = 0; i < planes.length; i += 2) planes.set([cb, cr], i);
  return new VideoFrame(data, { format, codedWidth: WIDTH, codedHeight: HEIGHT, timestamp: 0, colorSpace });
}

const bt601: VideoColorSpaceInit = {
  matrix: 'smpte170m',
  primaries: 'smpte170m',
  transfer: 'smpte170m',
  fullRange: false,
};
const bt709: VideoColorSpaceInit = {
  matrix: 'bt709',
  primaries: 'bt709',
  transfer: 'bt709',
  fullRange: false,
};

async function prepared(frame: VideoFrame, width = 32, height = 32): Promise<Float32Array> {
  const planes = new Float32Array(3 * width * height);
  const preparer = new CpuPrepareStage();
  await preparer.load(frame);
  frame.close();
  preparer.scale([width, height], planes);
  return planes;
}

/** What the standards say: ITU-R BT.601-7 and BT.709-6, limited range. */
const cases = [
  { name: 'BT.601 red', colorSpace: bt601, yuv: [81, 90, 240], rgb: [254, 0, 0] },
  { name: 'BT.601 grey', colorSpace: bt601, yuv: [126, 128, 128], rgb: [128, 128, 128] },
  { name: 'BT.709 green', colorSpace: bt709, yuv: [173, 42, 26], rgb: [0, 255, 1] },
  { name: 'BT.709 blue', colorSpace: bt709, yuv: [32, 240, 118], rgb: [1, 0, 255] },
] as const;

describe('the preparer', () => {
  for (const format of ['I420', 'NV12'] as const)
    for (const { name, colorSpace, yuv, rgb } of cases)
      test(`${name} from ${format}`, async () => {
        const planes = await prepared(yuvFrame(format, [...yuv], colorSpace));
        for (let channel = 0; channel < 3; channel++)
          expect(Math.abs(255 * planes[channel * 1024 + 500]! - rgb[channel]!)).toBeLessThanOrEqual(3);
      });

  test('RGBA goes through the canvas and gives the same', async () => {
    const texels = new Uint8Array(WIDTH * HEIGHT * 4);
    for (let t = 0; t < texels.length; t += 4) texels.set([200, 100, 50, 255], t);
    const frame = new VideoFrame(texels, {
      format: 'RGBA',
      codedWidth: WIDTH,
      codedHeight: HEIGHT,
      timestamp: 0,
    });
    const planes = await prepared(frame);
    expect(255 * planes[500]!).toBeCloseTo(200, 0);
    expect(255 * planes[1024 + 500]!).toBeCloseTo(100, 0);
    expect(255 * planes[2048 + 500]!).toBeCloseTo(50, 0);
  });

  test('averages over the whole area: stripes finer than a pixel become grey, not moiré', async () => {
    const stripes = yuvFrame('I420', [16, 128, 128], bt601, (_, line) => (line % 2 === 0 ? 16 : 235));
    const planes = await prepared(stripes, 32, 8);
    for (const value of planes) expect(value).toBeCloseTo(0.5, 1);
  });

  test('a film on its side is turned upright first, as the picture under it is', async () => {
    const above = yuvFrame('I420', [16, 128, 128], bt601, (_, line) => (line < HEIGHT / 2 ? 235 : 16));
    const turned = new VideoFrame(above, { rotation: 90 } as VideoFrameInit);
    above.close();
    const planes = await prepared(turned);
    // A quarter turn clockwise brings what was above to the right.
    expect(planes[16 * 32 + 31]).toBeGreaterThan(0.95);
    expect(planes[16 * 32]).toBeLessThan(0.05);
  });

  test('top stays top and left stays left', async () => {
    const frame = yuvFrame('I420', [16, 128, 128], bt601, (_, line) => (line < HEIGHT / 2 ? 235 : 16));
    const planes = await prepared(frame);
    expect(planes[0]).toBeGreaterThan(0.95);
    expect(planes[31 * 32]).toBeLessThan(0.05);
  });
});
