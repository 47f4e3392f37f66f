import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { modelBytes, netId, shippedModels, uniqueNets } from '../../quality/models.ts';
import { Net } from '../../quality/net.ts';
import { emptyPlanes } from '../../quality/planes.ts';
import { projectRoot } from '../../fixtures/server.ts';

const AGAIN = 'python -m portoon_training.half makes all twins anew';
/**
 * The allowed difference of an answer with half-precision weights, of 1. A variant with other
 * weights would differ far more.
 */
const TOLERANCE = 2e-2;

/** A face before a window: edges, flats and slopes in all channels. */
function picture() {
  const planes = emptyPlanes(3, 64, 64);
  for (let i = 0; i < 64 * 64; i++) {
    const [x, y] = [i % 64, Math.floor(i / 64)];
    const inside = Math.hypot(x - 32, y - 36) < 20;
    for (const [channel, skin] of [0.85, 0.65, 0.55].entries())
      planes.data[channel * 64 * 64 + i] = inside ? skin : (x + (channel + 1) * y) / 256;
  }
  return planes;
}

describe.each(uniqueNets(await shippedModels()).map((model) => [netId(model), model] as const))(
  'the half-precision variant of %s',
  (_, model) => {
    test('is made from the net that is shipped, and is the file that the manifest promises', async () => {
      const checksum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
      const twin = await readFile(join(projectRoot, 'models', model.half.file));
      expect(checksum(await modelBytes(model)), AGAIN).toBe(model.half.of);
      expect([checksum(twin), twin.length], AGAIN).toEqual([model.half.sha256, model.half.bytes]);
    });

    test('takes and gives what the net does', async () => {
      const twin = await readFile(join(projectRoot, 'models', model.half.file));
      const answers: Record<string, Float32Array>[] = [];
      for (const bytes of [await modelBytes(model), twin]) {
        const net = await Net.open(bytes, model.state);
        const { outputs, state } = await net.run(picture());
        answers.push({
          ...Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data])),
          ...Object.fromEntries(
            Object.entries(state).map(([name, { data }]) => [name, data as Float32Array]),
          ),
        });
        await net.close();
      }
      const [right, given] = answers as [Record<string, Float32Array>, Record<string, Float32Array>];
      expect(Object.keys(given)).toEqual(Object.keys(right));
      for (const [name, values] of Object.entries(right)) {
        const worst = values.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - given[name]![i]!)),
          0,
        );
        expect(worst, name).toBeLessThan(TOLERANCE);
      }
    });
  },
);
