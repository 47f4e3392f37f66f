import { signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import { PortoonError } from '../../../../src/common/errors.ts';
import type { Recorder } from '../../../../src/record/recorder.ts';
import {
  createConversionsStore,
  type FilmConverter,
} from '../../../../src/studio/convert/conversions-store.ts';
import { createBase, settled } from '../fakes.ts';

beforeEach(() => {
  vi.stubGlobal('addEventListener', () => undefined);
});

const PLAN = { format: 'mp4', trim: {}, look: { style: 'toon' } } as const;

function setUp() {
  const base = createBase();
  const events: string[] = [];
  const output = { resting: signal(false) };
  const isRecording = signal(false);
  const store = createConversionsStore({
    ...base,
    output,
    recorder: {
      get: () => Promise.resolve({ repair: () => Promise.resolve('') } as unknown as Recorder),
    },
    recording: { isRecording },
    clips: { add: (name, title) => Promise.resolve(void events.push(`add ${name} ${title ?? ''}`)) },
    names: {
      create: (extension) => Promise.resolve(`clip.${extension}`),
      claim: () => Promise.resolve(true),
      discard: (name) => Promise.resolve(void events.push(`discard ${name}`)),
    },
    checkFreeSpace: () => Promise.resolve(),
    createConverter: () =>
      Promise.resolve({
        convert: (order: { film: File }, { signal: stop }: { signal: AbortSignal }) =>
          order.film.name.startsWith('bad')
            ? Promise.reject(new PortoonError('ERR_VIDEO_UNREADABLE', 'No film.', 'Choose another.'))
            : order.film.name.startsWith('long')
              ? new Promise((_resolve, reject) => {
                  stop.addEventListener('abort', () => {
                    reject(new DOMException('cancelled', 'AbortError'));
                  });
                })
              : Promise.resolve({ warnings: [] }),
        pause: () => Promise.resolve(),
        close: () => Promise.resolve(void events.push('close')),
      } as unknown as FilmConverter),
  });
  store.start();
  return { ...base, store, events, output, isRecording };
}

const film = (name: string) => new File(['film'], name, { type: 'video/mp4' });

test('films are converted one after the other, and a bad one does not stop the rest', async () => {
  const { store, events } = setUp();
  store.enqueue([film('bad.mp4'), film('holiday.mov')], PLAN);
  await settled();
  await settled();
  expect(events).toEqual(['discard clip.mp4', 'add clip.mp4 holiday-toon', 'close']);
  expect(store.queue.value.map(({ file, stage }) => [file.name, stage])).toEqual([['bad.mp4', 'failed']]);
});

test('a film that is cancelled leaves nothing', async () => {
  const { store, events } = setUp();
  store.enqueue([film('long.mp4')], PLAN);
  await settled();
  expect(store.isConverting.value).toBe(true);
  store.cancel(store.queue.value[0]!.id);
  await settled();
  expect(store.queue.value).toEqual([]);
  expect(events).toEqual(['discard clip.mp4', 'close']);
});

test('the live picture rests meanwhile, but not while it is recorded or the film is paused', async () => {
  const { store, output, isRecording } = setUp();
  store.enqueue([film('long.mp4')], PLAN);
  await settled();
  expect(output.resting.value).toBe(true);
  isRecording.value = true;
  expect(output.resting.value).toBe(false);
  isRecording.value = false;
  await store.togglePause();
  expect(output.resting.value).toBe(false);
});
