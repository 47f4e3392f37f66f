import { signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import type { ViewerPublisherOptions, Viewer } from '../../../../src/call/viewer-publisher.ts';
import type { Source } from '../../../../src/input/source.ts';
import { createObsStore } from '../../../../src/studio/broadcast/obs-store.ts';
import type { SourceStatus } from '../../../../src/studio/source/source-store.ts';
import { createOutputStore } from '../../../../src/studio/stage/output-store.ts';
import { createBase, fakeEffectStore, settled } from '../fakes.ts';

beforeEach(() => {
  vi.stubGlobal('document', { baseURI: 'http://localhost/' });
});

function setUp() {
  const base = createBase();
  const events: string[] = [];
  const source = { current: signal<Source | null>(null), status: signal<SourceStatus>('live') };
  const output = createOutputStore({ ...base, effect: fakeEffectStore(), source, canStack: true });
  let options: ViewerPublisherOptions | null = null;
  let free: () => void = () => undefined;
  const connection = {
    viewers: [] as Viewer[],
    here: false,
    fault: null,
    tell: (state: object) => void events.push(`tell ${JSON.stringify(state)}`),
    send: () => Promise.resolve(),
    close: () => void events.push('close'),
  };
  const store = createObsStore({
    ...base,
    source,
    output,
    microphone: {
      track: signal(null),
      open: () => Promise.resolve(void events.push('open microphone')),
      close: () => undefined,
    },
    createKey: () => 'k'.repeat(22),
    addressOf: (hostKey) =>
      Promise.resolve({ room: `room of ${hostKey[0]!}`, hostKey, identity: { id: 'me', secret: 's' } }),
    waitForTabLock: (_room, onHeld) => {
      free = onHeld;
      return () => void events.push('stop waiting');
    },
    connect: (given) => {
      options = given;
      return connection;
    },
  });
  store.start();
  const watch = (...viewers: Partial<Viewer>[]) => {
    connection.viewers = viewers as Viewer[];
    connection.here = true;
    options?.onChange();
  };
  return {
    ...base,
    store,
    output,
    events,
    watch,
    free: () => {
      free();
    },
  };
}

const wants = { alpha: true, audio: true, paused: false };

test('the link waits for another tab, and is then ready', async () => {
  const { store, free, watch, preferences } = setUp();
  expect(store.state.value).toBe('off');
  store.toggle();
  await settled();
  expect(store.state.value).toBe('elsewhere');
  expect(store.link.value).toBe('http://localhost/obs.html?room=room+of+k&view=me');
  preferences.update({ obsAlpha: false });
  expect(store.link.value).toContain('&alpha=none');
  free();
  expect(store.state.value).toBe('connecting');
  watch();
  expect(store.state.value).toBe('ready');
});

test('only the tracks that viewers want are made', async () => {
  const { store, output, events, free, watch } = setUp();
  store.toggle();
  await settled();
  free();
  watch({ id: 'a', wants });
  expect(output.wantedByViewers.value).toEqual({ opaque: false, stacked: true });
  expect(events).not.toContain('open microphone');
  store.toggleSound();
  expect(events).toContain('open microphone');
  watch({ id: 'a', wants: { ...wants, paused: true } });
  expect(output.wantedByViewers.value).toEqual({ opaque: false, stacked: false });
  expect(output.hasViewers.value).toBe(true);
});

test('switched off, everything ends', async () => {
  const { store, output, events, free, watch } = setUp();
  store.toggle();
  await settled();
  free();
  watch({ id: 'a', wants });
  store.toggle();
  expect(store.state.value).toBe('off');
  expect(store.viewers.value).toEqual([]);
  expect(output.hasViewers.value).toBe(false);
  expect(events).toContain('close');
  expect(events).toContain('stop waiting');
});
