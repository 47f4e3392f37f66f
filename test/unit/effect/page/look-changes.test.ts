import { expect, test } from 'vitest';
import { PortoonError } from '../../../../src/common/errors.ts';
import { EffectListeners } from '../../../../src/effect/page/effect-listeners.ts';
import { DEFAULT_LOOK } from '../../../../src/effect/page/effect-options.ts';
import { LookChanges } from '../../../../src/effect/page/look-changes.ts';
import type { LookOptions } from '../../../../src/effect/page/look-options.ts';

/** The error of `set` for these options, and how often the worker was asked. */
async function set(options: unknown): Promise<{ error: PortoonError; sent: number }> {
  let sent = 0;
  const send = () => {
    sent++;
    return Promise.resolve();
  };
  const look = new LookChanges({ ...DEFAULT_LOOK }, send, new EffectListeners());
  const error: unknown = await look.set(options as LookOptions).catch((thrown: unknown) => thrown);
  return { error: error as PortoonError, sent };
}

test.for([
  [{ strength: 2 }, 'strength is 2; it takes a number from 0 to 1.'],
  [{ style: 5 }, 'style is 5; it takes the id of a style, or "none".'],
  [{ region: 'nose' }, 'region is "nose"; it takes one of '],
  [{ strength: 0.5, size: 2 }, 'There is no option size. The options are style, region, '],
  [5, 'The options are 5; they must be an object'],
  [null, 'The options are null; they must be an object'],
  [undefined, 'The options are undefined; they must be an object'],
  [['toon'], 'The options are ["toon"]; they must be an object'],
])('set(%j) is refused with a code and a way out, and changes nothing', async ([options, message]) => {
  const { error, sent } = await set(options);
  expect(error).toBeInstanceOf(PortoonError);
  expect(error.code).toBe('ERR_PARAMETER');
  expect(error.message).toContain(message);
  expect(error.wayOut).toMatch(/\w+ .*\.$/);
  expect(sent).toBe(0);
});

test('options that are right are taken', async () => {
  expect((await set({ strength: 0.5, region: 'hair' })).sent).toBe(1);
});
