import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { keepScreenAwake, needsScreen } from '../../../../src/studio/shell/screen-wake.ts';
import { settled } from '../fakes.ts';

function setUp(refuse = false) {
  const wanted = signal(false);
  const visible = signal(true);
  const held = new Set<object>();
  keepScreenAwake({
    wanted,
    visible,
    request: () => {
      if (refuse) return Promise.reject(new DOMException('low battery', 'NotAllowedError'));
      const lock = {
        release: () => {
          held.delete(lock);
          return Promise.resolve();
        },
      };
      held.add(lock);
      return Promise.resolve(lock);
    },
  });
  return { wanted, visible, held };
}

test('a call, a clip, a conversion and an audience each need the screen', () => {
  const activities = {
    call: { isIn: signal(false) },
    recording: { isRecording: signal(false) },
    conversions: { isConverting: signal(false) },
    output: { hasAudience: signal(false) },
  };
  const needed = needsScreen(activities);
  expect(needed.value).toBe(false);
  for (const activity of Object.values(activities))
    for (const goesOn of Object.values(activity)) {
      goesOn.value = true;
      expect(needed.value).toBe(true);
      goesOn.value = false;
      expect(needed.value).toBe(false);
    }
});

test('the screen is kept awake while that is wanted, and no longer', async () => {
  const { wanted, held } = setUp();
  expect(held.size).toBe(0);
  wanted.value = true;
  expect(held.size).toBe(1);
  wanted.value = false;
  await settled();
  expect(held.size).toBe(0);
});

test('the lock that a hidden page loses is taken again when it is seen', async () => {
  const { wanted, visible, held } = setUp();
  wanted.value = true;
  visible.value = false;
  await settled();
  expect(held.size).toBe(0);
  visible.value = true;
  expect(held.size).toBe(1);
});

test('a system that refuses the lock harms nothing', async () => {
  const { wanted, held } = setUp(true);
  wanted.value = true;
  await settled();
  wanted.value = false;
  await settled();
  expect(held.size).toBe(0);
});
