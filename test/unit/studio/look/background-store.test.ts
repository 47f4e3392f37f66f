import { expect, test } from 'vitest';
import { PortoonError } from '../../../../src/common/errors.ts';
import type { BackgroundKind } from '../../../../src/studio/base/preferences.ts';
import { createBackgroundStore } from '../../../../src/studio/look/background-store.ts';
import { createBase, settled } from '../fakes.ts';

interface Given {
  askedByLink?: string;
  kept?: Blob | null;
  preferred?: BackgroundKind;
}

function setUp({ askedByLink, kept = null, preferred = 'live' }: Given = {}) {
  const base = createBase();
  base.preferences.update({ background: preferred });
  const changes: string[] = [];
  const files: string[] = [];
  const store = createBackgroundStore({
    ...base,
    storage: {
      load: () => Promise.resolve(kept),
      save: (image) => Promise.resolve(void files.push(`save ${image.size}`)),
      remove: () => Promise.resolve(void files.push('remove')),
    },
    decodeImage: async (file) => {
      if ((await file.text()).startsWith('bad')) throw new Error('not an image');
    },
    toHex: (css) => ({ red: '#ff0000', '#123456': '#123456' })[css] ?? null,
    change: ({ background }) => changes.push(background),
    apply: ({ background }) => changes.push(background),
    askedByLink,
  });
  return { ...base, store, changes, files };
}

test('the link wins over the preference', () => {
  expect(setUp({ askedByLink: 'blur' }).store.option).toBe('blur');
  const red = setUp({ askedByLink: 'red' }).store;
  expect([red.kind.value, red.option]).toEqual(['colour', '#ff0000']);
  const image = setUp({ askedByLink: 'http://localhost/beach.jpg' }).store;
  expect([image.kind.value, image.option]).toEqual(['image', 'http://localhost/beach.jpg']);
});

test('an image is stored and remembered once the effect shows it', async () => {
  const { store, changes, files, preferences } = setUp();
  await store.chooseImage(new Blob(['good']));
  const [url = ''] = changes;
  expect(url).toMatch(/^blob:/);
  expect(files).toEqual([]);
  await store.onApplied(url, url);
  store.remember(url);
  expect(files).toEqual(['save 4']);
  expect(preferences.current.value.background).toBe('image');
});

test('a file that is not an image changes nothing', async () => {
  const { store, changes, notices } = setUp();
  await store.chooseImage(new Blob(['bad']));
  expect(changes).toEqual([]);
  expect(store.kind.value).toBe('live');
  expect(notices.notices.value[0]?.code).toBe('ERR_IMAGE_UNREADABLE');
});

test('an image that the effect refuses is replaced by the one before', async () => {
  const { store, changes } = setUp();
  await store.chooseImage(new Blob(['first']));
  await store.onApplied(changes[0]!, changes[0]!);
  await store.chooseImage(new Blob(['second']));
  store.onRejected(changes[1]!, new PortoonError('ERR_IMAGE_UNREADABLE', 'No.', 'Choose another.'));
  expect(store.image.value).toBe(changes[0]);
});

test('an image of the last visit comes back, and a damaged one is removed', async () => {
  const good = setUp({ kept: new Blob(['good']) });
  await good.store.restore();
  expect(good.store.image.value).toMatch(/^blob:/);
  const bad = setUp({ kept: new Blob(['bad']) });
  await bad.store.restore();
  expect(bad.store.image.value).toBeNull();
  expect(bad.files).toEqual(['remove']);
});

test('a reset keeps the image, and can be undone', async () => {
  const { store, files } = setUp();
  await store.chooseImage(new Blob(['good']));
  const image = store.image.value;
  const undo = store.reset();
  await settled();
  expect([store.kind.value, store.image.value, files]).toEqual(['live', image, []]);
  undo();
  expect([store.kind.value, store.option]).toEqual(['image', image]);
});

test('without an image Image is not chosen', () => {
  const { store, changes } = setUp({ askedByLink: 'blur' });
  store.choose('image');
  expect([store.kind.value, store.option, changes]).toEqual(['blur', 'blur', []]);
});

test('the room is blurred while the image of the last visit is on its way, and if it is missing', async () => {
  const { store, preferences, notices } = setUp({ preferred: 'image' });
  expect([store.kind.value, store.option]).toEqual(['image', 'blur']);
  await store.restore();
  expect([store.kind.value, store.option]).toEqual(['blur', 'blur']);
  expect(notices.notices.value[0]?.title).toBe('The room is blurred');
  store.remember('blur');
  expect(preferences.current.value.background).toBe('blur');
});
