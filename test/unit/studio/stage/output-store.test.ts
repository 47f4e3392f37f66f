import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import type { Source } from '../../../../src/input/source.ts';
import { createOutputStore } from '../../../../src/studio/stage/output-store.ts';
import { createBase, fakeEffect, fakeEffectStore, fakeSource, settled } from '../fakes.ts';

async function setUp() {
  const { notices } = createBase();
  const fake = fakeEffect();
  const effect = fakeEffectStore(fake.effect);
  const demo = fakeSource('demo');
  const source = { current: signal<Source | null>(demo) };
  const store = createOutputStore({ effect, source, notices, canStack: true });
  store.start();
  await settled();
  return { store, fake, effect, source, demo };
}

test('a source is fed, and made a track only while somebody wants it', async () => {
  const { store, fake, demo } = await setUp();
  expect(fake.fed).toEqual([demo.track]);
  expect(store.track.value).toBeNull();
  store.wantedByCall.value = true;
  await settled();
  expect(store.track.value).not.toBeNull();
  const { value: track } = store.track;
  store.wantedByBroadcast.value = true;
  store.wantedByCall.value = false;
  await settled();
  expect(store.track.value).toBe(track);
  expect(store.hasAudience.value).toBe(true);
  store.wantedByBroadcast.value = false;
  await settled();
  expect(store.track.value).toBeNull();
});

test('the picture rests only while nobody else sees it', async () => {
  const { store, fake, demo } = await setUp();
  store.resting.value = true;
  await settled();
  expect(fake.fed.at(-1)).toBeNull();
  store.wantedByViewers.value = { opaque: true, stacked: false };
  await settled();
  expect(fake.fed.at(-1)).toBe(demo.track);
});

test('a lost effect takes its track along', async () => {
  const { store, effect } = await setUp();
  store.wantedByCall.value = true;
  await settled();
  effect.current.value = null;
  expect(store.track.value).toBeNull();
});

test('the stacked track is there while viewers want it', async () => {
  const { store } = await setUp();
  store.wantedByViewers.value = { opaque: false, stacked: true };
  await settled();
  expect(store.stackedTrack.value).not.toBeNull();
  store.wantedByViewers.value = { opaque: false, stacked: false };
  expect(store.stackedTrack.value).toBeNull();
});
