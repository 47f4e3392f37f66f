import { expect, test } from 'vitest';
import { PartShare } from '../../../../../src/effect/stages/matte/part-share.ts';
import { randomField } from '../../random-field.ts';

const WIDTH = 32;
const HEIGHT = 16;
const PIXELS = WIDTH * HEIGHT;

/** Parts with hair left of `edge` and background right of it; `shake` is added to the hair. */
function hairUntil(edge: number, shake: (pixel: number) => number = () => 0): Float32Array {
  const parts = new Float32Array(6 * PIXELS);
  for (let i = 0; i < PIXELS; i++) {
    const person = i % WIDTH < edge ? 0.98 : 0.02;
    parts[i] = 1 - person;
    parts[PIXELS + i] = person * (0.8 + shake(i));
    parts[3 * PIXELS + i] = person * (0.2 - shake(i));
  }
  return parts;
}

const at = (share: PartShare, x: number) => share.texels[8 * WIDTH + x]! / 255;

test('the share continues beyond the person’s edge, where only the matte may end it', () => {
  const share = new PartShare();
  share.measure(hairUntil(16), 'hair', WIDTH, HEIGHT);
  for (const x of [2, 15, 16, 17, 18]) expect(at(share, x)).toBeCloseTo(0.8, 1);
  share.measure(hairUntil(16), 'face', WIDTH, HEIGHT);
  for (const x of [2, 15, 16, 17, 18]) expect(at(share, x)).toBeCloseTo(0.2, 1);
  share.measure(hairUntil(16), 'clothes', WIDTH, HEIGHT);
  for (const x of [2, 15, 16, 30]) expect(at(share, x)).toBe(0);
});

test('where one part meets another the border stays where it was', () => {
  const share = new PartShare();
  const parts = new Float32Array(6 * PIXELS);
  for (let i = 0; i < PIXELS; i++) parts[(i % WIDTH < 16 ? 1 : 3) * PIXELS + i] = 1;
  share.measure(parts, 'hair', WIDTH, HEIGHT);
  expect(at(share, 15)).toBeGreaterThan(0.95);
  expect(at(share, 16)).toBeLessThan(0.05);
});

test('noise of a still picture is held back', () => {
  const share = new PartShare();
  let flicker = 0;
  let before = new Uint8Array(PIXELS);
  for (let frame = 0; frame < 40; frame++) {
    const noise = randomField(PIXELS, frame);
    share.measure(
      hairUntil(WIDTH, (i) => 0.06 * (noise[i]! - 0.5)),
      'hair',
      WIDTH,
      HEIGHT,
    );
    if (frame > 10) for (let i = 0; i < PIXELS; i++) flicker += Math.abs(share.texels[i]! - before[i]!);
    before = share.texels.slice();
  }
  // Two independent values of such noise differ by a third of its range on average, which is 5 of
  // 255.
  expect(flicker / (29 * PIXELS)).toBeLessThan(0.4 * (255 * 0.06 * (1 / 3)));
});
