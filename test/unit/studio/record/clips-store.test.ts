import { expect, test } from 'vitest';
import { PortoonError } from '../../../../src/common/errors.ts';
import type { ClipFile } from '../../../../src/record/file/folder.ts';
import type { Recorder } from '../../../../src/record/recorder.ts';
import { createClipsStore } from '../../../../src/studio/record/clips-store.ts';
import type { SavedFile } from '../../../../src/studio/record/save-file.ts';
import { createSavedClipNames } from '../../../../src/studio/record/saved-clip-names.ts';
import { createBase } from '../fakes.ts';

function setUp(left: ClipFile[] = [], saved: string[] = []) {
  const base = createBase();
  const events: string[] = [];
  const kept = new Map([['portoon-saved-clips', JSON.stringify(saved)]]);
  const savedClipNames = createSavedClipNames({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
  });
  const answer: { place: SavedFile | null; error: Error | null } = {
    place: { words: 'Saved as x', sure: true },
    error: null,
  };
  const store = createClipsStore({
    ...base,
    recorder: {
      get: () =>
        Promise.resolve({
          repair: (name: string) => Promise.resolve(void events.push(`repair ${name}`)),
        } as unknown as Recorder),
    },
    folder: {
      claimLeft: () => Promise.resolve(left),
      open: (name) => Promise.resolve({ name, file: new File(['clip'], name), unfinished: false }),
      discard: (name) => Promise.resolve(void events.push(`discard ${name}`)),
    },
    savedClipNames,
    saveFile: (_file, _url, name, onStart) => {
      events.push(`save ${name}`);
      onStart();
      return answer.error ? Promise.reject(answer.error) : Promise.resolve(answer.place);
    },
    shareFile: () => Promise.resolve(),
  });
  return { ...base, store, events, savedClipNames, answer };
}

const left = (name: string, unfinished: boolean): ClipFile => ({
  name,
  unfinished,
  file: new File(['clip'], name),
});

test('clips of an earlier visit are recovered, and saved ones are removed', async () => {
  const { store, events, savedClipNames } = setUp(
    [left('saved.mp4', false), left('crashed.mp4', true), left('whole.mp4', false)],
    ['saved.mp4'],
  );
  await store.recover();
  expect(events).toEqual(['discard saved.mp4', 'repair crashed.mp4']);
  expect(store.clips.value.map(({ name, recovered }) => [name, recovered])).toEqual([
    ['whole.mp4', true],
    ['crashed.mp4', true],
  ]);
  expect(savedClipNames.load().size).toBe(0);
});

test('a clip is saved under a name that every system allows', async () => {
  const { store, events, savedClipNames } = setUp();
  await store.add('Portoon 1.mp4');
  await store.save(store.clips.value[0]!, ' a/b:c ');
  expect(events).toEqual(['save a b c.mp4']);
  expect(store.clips.value[0]).toMatchObject({ saved: true, saving: false });
  expect([...savedClipNames.load()]).toEqual(['Portoon 1.mp4']);
});

test('a clip that was not saved stays', async () => {
  const { store, answer, notices } = setUp();
  await store.add('Portoon 1.mp4');
  answer.place = null;
  await store.save(store.clips.value[0]!, '');
  expect(store.clips.value[0]).toMatchObject({ saved: false, saving: false });
  answer.error = new PortoonError('ERR_DISK_FULL', 'Full.', 'Free some space.');
  await store.save(store.clips.value[0]!, '');
  expect(store.clips.value[0]).toMatchObject({ saved: false, saving: false });
  expect(notices.notices.value[0]?.code).toBe('ERR_DISK_FULL');
});

test('a clip that was sent to the downloads is offered again until it is discarded', async () => {
  const { store, answer, savedClipNames, events } = setUp();
  await store.add('Portoon 1.mp4');
  answer.place = { words: 'Sent to your downloads', sure: false };
  await store.save(store.clips.value[0]!, '');
  expect(store.clips.value[0]).toMatchObject({ saved: false, downloaded: true });
  expect(savedClipNames.load().size).toBe(0);
  await store.discard(store.clips.value[0]!);
  expect(events).toContain('discard Portoon 1.mp4');
});
