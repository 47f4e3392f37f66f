import { expect, test } from 'vitest';
import { onnx, value, weight } from '../../fixtures/onnx.ts';
import { netDrawer } from '../../quality/drawing.ts';
import { Net } from '../../quality/net.ts';
import { emptyPlanes } from '../../quality/planes.ts';

test('a reference net draws frames of any size, one for each', async () => {
  const darker = onnx(
    [{ op_type: 'Mul', input: ['frame', 'half'], output: ['styled'] }],
    [weight('half', [1], () => 0.5)],
    [value('frame', 3)],
    [value('styled', 3)],
  );
  const frames = [0.8, 0.4].map((grey) => {
    const frame = emptyPlanes(3, 320, 180);
    frame.data.fill(grey);
    return frame;
  });
  const net = await Net.open(darker);
  const drawn = await netDrawer('reference', net).film(frames);
  await net.close();
  expect(drawn.map(({ width, height }) => [width, height])).toEqual([
    [320, 180],
    [320, 180],
  ]);
  expect(drawn.map(({ data }) => data[12_345])).toEqual([expect.closeTo(0.4, 5), expect.closeTo(0.2, 5)]);
});
