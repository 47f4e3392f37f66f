/** Fakes of the browser and of other folders, for tests of stores. */
import { signal } from '@preact/signals';
import type { Effect } from '../../../src/effect/page/effect.ts';
import type { LookOptions } from '../../../src/effect/page/look-options.ts';
import type { StyleInfo } from '../../../src/effect/protocol.ts';
import type { Source } from '../../../src/input/source.ts';
import { createPreferencesStore } from '../../../src/studio/base/preferences-store.ts';
import { createPageStore } from '../../../src/studio/base/page-store.ts';
import { createNoticesStore } from '../../../src/studio/notices/notices-store.ts';

/** Real stores that need no browser. */
export function createBase() {
  return {
    preferences: createPreferencesStore(null),
    page: createPageStore(),
    notices: createNoticesStore(),
  };
}

/** A track that can only be told apart from others. */
export function fakeTrack(settings: MediaTrackSettings = {}): MediaStreamTrack {
  const track = Object.assign(new EventTarget(), {
    enabled: true,
    stop: () => undefined,
    getSettings: () => settings,
  });
  return track as unknown as MediaStreamTrack;
}

export interface FakeSource extends Source {
  stopped: boolean;
  /** Ends the source like a camera that is unplugged. */
  unplug: (reason: Awaited<Source['ended']>) => void;
}

export function fakeSource(kind: Source['kind'], label: string = kind, deviceId?: string): FakeSource {
  let unplug: FakeSource['unplug'] = () => undefined;
  const ended: Source['ended'] = new Promise((resolve) => (unplug = resolve));
  const source: FakeSource = {
    kind,
    label,
    track: fakeTrack(),
    ended,
    stopped: false,
    unplug,
    stop() {
      source.stopped = true;
    },
    ...(deviceId !== undefined && { deviceId }),
  };
  return source;
}

type Listener = (...given: unknown[]) => void;

export interface FakeEffect {
  /** For the stores. */
  readonly effect: Effect;
  /** The arguments of all calls of `set`. */
  readonly asked: LookOptions[];
  /** All tracks that the effect was given. */
  readonly fed: (MediaStreamTrack | null)[];
  /** The error that `set` rejects with from now on; null for none. */
  fault: Error | null;
  emit: (type: string, ...given: unknown[]) => void;
}

/** An effect that draws nothing and fulfils requests at once. */
export function fakeEffect(styles: readonly StyleInfo[] = []): FakeEffect {
  const listeners = new Map<string, Set<Listener>>();
  const emit = (type: string, ...given: unknown[]) => {
    for (const listener of listeners.get(type) ?? []) listener(...given);
  };
  const fake = { asked: [] as LookOptions[], fed: [] as (MediaStreamTrack | null)[], emit };
  const effect = {
    styles,
    canvas: {},
    on(type: string, listener: Listener) {
      const all = listeners.get(type) ?? new Set();
      listeners.set(type, all.add(listener));
      return () => all.delete(listener);
    },
    async set(options: LookOptions) {
      await Promise.resolve();
      result.asked.push(options);
      if (result.fault) throw result.fault;
      emit('look', options);
    },
    async feed(track: MediaStreamTrack | null) {
      await Promise.resolve();
      result.fed.push(track);
    },
    async process(track: MediaStreamTrack) {
      await Promise.resolve();
      result.fed.push(track);
      return fakeTrack();
    },
    stacked: () => Promise.resolve(fakeTrack()),
    stats: () => ({ renderer: 'Apple M2' }),
    close: () => Promise.resolve(),
  };
  const result: FakeEffect = { ...fake, effect: effect as unknown as Effect, fault: null };
  return result;
}

/** The parts of an effect store that other stores read. */
export function fakeEffectStore(effect: Effect | null = null) {
  return {
    current: signal(effect),
    canvas: signal<HTMLCanvasElement | null>({} as HTMLCanvasElement),
    fatalFault: signal(null),
    pictureShown: signal(false),
  };
}

/** Resolves after everything that needs no time has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
