import { expect, test } from 'vitest';
import { MatteSmoother } from '../../../../../src/effect/stages/matte/matte-smoother.ts';
import { randomField } from '../../random-field.ts';

test('camera noise on a still edge is held back', () => {
  const smoother = new MatteSmoother();
  let previous = new Float32Array(1000);
  let flickerIn = 0;
  let flickerOut = 0;
  let noisyBefore = new Float32Array(1000);
  for (let frame = 0; frame < 40; frame++) {
    const matte = randomField(1000, frame).map((noise) => 0.5 + 0.06 * (noise - 0.5));
    const noisy = matte.slice();
    smoother.smooth(matte);
    if (frame > 10)
      for (let i = 0; i < matte.length; i++) {
        flickerOut += Math.abs(matte[i]! - previous[i]!);
        flickerIn += Math.abs(noisy[i]! - noisyBefore[i]!);
      }
    previous = matte.slice();
    noisyBefore = noisy;
  }
  expect(flickerOut).toBeLessThan(0.4 * flickerIn);
});

test('what moves is taken at once: nothing drags behind', () => {
  const smoother = new MatteSmoother();
  smoother.smooth(new Float32Array([0, 1]));
  const moved = new Float32Array([1, 0]);
  smoother.smooth(moved);
  expect([...moved]).toEqual([1, 0]);
});

test('after forgetting, the past does not show', () => {
  const smoother = new MatteSmoother();
  smoother.smooth(new Float32Array([0.5]));
  smoother.reset();
  const fresh = new Float32Array([0.55]);
  smoother.smooth(fresh);
  expect(fresh[0]).toBeCloseTo(0.55, 6);
});
