import { expect, test } from 'vitest';
import { PortoonError } from '../../../../src/common/errors.ts';
import { createLookStore, type LookState } from '../../../../src/studio/look/look-store.ts';
import { createBase, fakeEffect, settled } from '../fakes.ts';

const INITIAL: LookState = {
  style: 'toon',
  region: 'person',
  strength: 1,
  line: 1,
  colour: 1,
  palette: 'none',
  detail: 'auto',
  background: 'live',
  quality: 'auto',
};

function setUp(initial: Partial<LookState> = {}) {
  const base = createBase();
  const rejected: string[] = [];
  const store = createLookStore({
    ...base,
    initial: { ...INITIAL, ...initial },
    background: {
      showOnControls: () => undefined,
      onApplied: () => Promise.resolve(),
      onRejected: (background) => rejected.push(background),
      remember: () => undefined,
    },
  });
  const fake = fakeEffect();
  store.attach(fake.effect, store.startOptions());
  return { ...base, store, fake, rejected };
}

test('the effect follows the controls, and only the newest wish waits', async () => {
  const { store, fake, preferences } = setUp();
  await settled();
  store.change({ strength: 0.9 });
  store.change({ strength: 0.5 });
  store.change({ strength: 0.2 });
  await settled();
  expect(fake.asked.filter(({ strength }) => strength !== undefined)).toEqual([
    { strength: 0.9 },
    { strength: 0.2 },
  ]);
  expect(preferences.current.value.strength).toBe(0.2);
});

test('what is applied and not chosen is not remembered', async () => {
  const { store, preferences } = setUp();
  store.apply({ region: 'hair' });
  await settled();
  expect(store.wanted.value.region).toBe('hair');
  expect(preferences.current.value.region).toBe('person');
});

test('the controls follow a script, which is not remembered', async () => {
  const { store, fake, preferences } = setUp();
  await settled();
  await fake.effect.set({ strength: 0.4, style: 'udnie' });
  await settled();
  expect(store.wanted.value).toMatchObject({ strength: 0.4, style: 'udnie' });
  expect(preferences.current.value.strength).toBe(1);
});

test('a style that cannot be loaded is marked, and the controls go back', async () => {
  const { store, fake, notices } = setUp();
  await settled();
  fake.fault = new PortoonError('ERR_MODEL_INTEGRITY', 'Damaged.', 'Try again.');
  store.change({ style: 'udnie' });
  await settled();
  expect(store.wanted.value.style).toBe('toon');
  expect(store.loadingStyle.value).toBeNull();
  expect(store.styleFaults.value.get('udnie')?.code).toBe('ERR_MODEL_INTEGRITY');
  fake.fault = null;
  notices.notices.value[0]!.actions[0]!.run();
  await settled();
  expect(store.wanted.value.style).toBe('udnie');
  expect(store.styleFaults.value.size).toBe(0);
  expect(notices.notices.value).toEqual([]);
});

test('regions that the nets refuse are skipped', async () => {
  const { store, fake } = setUp();
  await settled();
  fake.fault = new PortoonError('ERR_PARTS_MISSING', 'No parts.', 'Choose another region.');
  store.nextRegion();
  await settled();
  expect(store.refusedRegions.value).toEqual(new Set(['face']));
  expect(store.wanted.value.region).toBe('person');
  fake.fault = null;
  store.nextRegion();
  await settled();
  expect(store.wanted.value.region).toBe('hair');
});

test('a background that the effect refuses is handed back', async () => {
  const { store, fake, rejected } = setUp();
  await settled();
  fake.fault = new PortoonError('ERR_IMAGE_UNREADABLE', 'No image.', 'Choose another.');
  store.change({ background: 'blob:bad' });
  await settled();
  expect(rejected).toEqual(['blob:bad']);
  expect(store.wanted.value.background).toBe('live');
});

test('the first frames of an effect never show a room that is to be hidden', () => {
  const first = (background: string) => setUp({ background }).store.startOptions().background;
  expect(['live', 'blur', 'transparent', '#00ff00'].map(first)).toEqual([
    'live',
    'blur',
    'transparent',
    '#00ff00',
  ]);
  expect(first('blob:beach')).toBe('blur');
});
