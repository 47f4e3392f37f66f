import { expect, test } from 'vitest';
import { netId, shippedModels, uniqueNets } from '../../quality/models.ts';

test('a net that many styles share is measured once', async () => {
  const models = await shippedModels();
  expect(uniqueNets(models).map(netId)).toEqual(['portrait', 'drawn', 'drawn-fine']);
  expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
});
