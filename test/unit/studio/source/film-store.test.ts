import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import type { Playback, Source } from '../../../../src/input/source.ts';
import { createFilmStore } from '../../../../src/studio/source/film-store.ts';
import { createBase, fakeSource, fakeTrack } from '../fakes.ts';

class FakePlayback implements Playback {
  seconds = 40;
  position = 0;
  paused = false;
  heard = false;
  sound = fakeTrack();
  repeated: object = {};
  private listeners = new Set<() => void>();

  play(): void {
    this.change({ paused: false });
  }
  pause(): void {
    this.change({ paused: true });
  }
  seek(position: number): void {
    this.change({ position });
  }
  repeat(part: object): void {
    this.repeated = part;
  }
  hear(heard: boolean): void {
    this.change({ heard });
  }
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  private change(changes: Partial<Pick<FakePlayback, 'paused' | 'position' | 'heard'>>): void {
    Object.assign(this, changes);
    for (const listener of this.listeners) listener();
  }
}

function setUp() {
  const base = createBase();
  const current = signal<Source | null>(null);
  const film = createFilmStore({ ...base, source: { current } });
  film.start();
  const show = () => {
    const playback = new FakePlayback();
    current.value = { ...fakeSource('file'), playback };
    return playback;
  };
  return { ...base, current, film, show };
}

test('a film is heard, and its sound is that of clips', () => {
  const { film, show, current } = setUp();
  expect(film.sound.value).toBeUndefined();
  const playback = show();
  expect(film.heard.value).toBe(true);
  expect(film.sound.value).toBe(playback.sound);
  current.value = fakeSource('camera');
  expect(film.sound.value).toBeUndefined();
});

test('silence is remembered for the next film', () => {
  const { film, show } = setUp();
  show();
  film.toggleHeard();
  expect(film.heard.value).toBe(false);
  show();
  expect(film.heard.value).toBe(false);
});

test('a part begins and ends where the person says, whichever comes first', () => {
  const { film, show } = setUp();
  const playback = show();
  film.seek(20);
  film.endHere();
  expect(film.part.value).toEqual({ to: 20 });
  film.seek(5);
  film.beginHere();
  expect(playback.repeated).toEqual({ from: 5, to: 20 });
  // A part can't begin behind its end.
  film.seek(30);
  film.beginHere();
  expect(film.part.value).toEqual({ from: 30 });
  film.seek(10);
  film.endHere();
  expect(film.part.value).toEqual({ to: 10 });
  film.takeWhole();
  expect(playback.repeated).toEqual({});
});

test('another film has no part yet', () => {
  const { film, show } = setUp();
  show();
  film.seek(10);
  film.beginHere();
  show();
  expect(film.part.value).toEqual({});
});
