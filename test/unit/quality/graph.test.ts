import { expect, test } from 'vitest';
import { costOf } from '../../quality/graph.ts';
import { modelBytes, netId, shippedModels, uniqueNets } from '../../quality/models.ts';
import { brightnessNet, memory, twoConvolutions } from './small-net.ts';

test('parameters are all weights; multiply-accumulates those of the convolutions, at the frame they see', async () => {
  const [a, b] = [8 * 3 * 3 * 3, 4 * 8 * 5 * 5];
  for (const [width, height] of [
    [32, 32],
    [96, 64],
  ] as const)
    expect(await costOf(twoConvolutions(), [], [width, height])).toEqual({
      parameters: a + b,
      macs: ((width * height) / 4) * (a + b),
    });
});

test('a net with memory is counted as well', async () => {
  expect(await costOf(brightnessNet(), memory, [64, 32])).toEqual({ parameters: 4, macs: 64 * 32 * 3 });
});

test('every shipped net is read: its file is mostly weights, two bytes each', async () => {
  for (const model of uniqueNets(await shippedModels())) {
    const bytes = await modelBytes(model);
    const { parameters, macs } = await costOf(bytes, model.state, [64, 64]);
    expect(parameters * 2, netId(model)).toBeGreaterThan(0.8 * bytes.length);
    expect(parameters * 2, netId(model)).toBeLessThanOrEqual(bytes.length);
    expect(macs, netId(model)).toBeGreaterThan(parameters);
  }
});
