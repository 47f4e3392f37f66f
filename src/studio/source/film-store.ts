import { computed, effect as watch, signal, type ReadonlySignal } from '@preact/signals';
import type { PageStore } from '../base/page-store.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { SourceStore } from './source-store.ts';

/** A part of a film, in seconds. By default it begins and ends as the film does. */
export interface FilmRange {
  readonly from?: number;
  readonly to?: number;
}

export interface FilmNeeds {
  preferences: PreferencesStore;
  page: PageStore;
  source: Pick<SourceStore, 'current'>;
}

/** The film that is playing, if one is: how it plays, and which part of it. */
export class FilmStore {
  readonly playback = computed(() => this.needs.source.current.value?.playback ?? null);
  /** Infinity for a film that does not say its length. */
  readonly seconds = signal(0);
  readonly position = signal(0);
  readonly paused = signal(false);
  readonly heard = signal(false);
  /** What is played over and over, and converted unless something else is chosen then. */
  readonly part = signal<FilmRange>({});
  /** The film's own sound: null for a silent film, undefined where no film is playing. */
  readonly sound: ReadonlySignal<MediaStreamTrack | null | undefined> = computed(
    () => this.playback.value?.sound,
  );

  constructor(private readonly needs: FilmNeeds) {}

  start(): void {
    watch(() => {
      const playback = this.playback.value;
      this.part.value = {};
      if (!playback) return;
      const read = () => {
        this.seconds.value = playback.seconds;
        this.position.value = playback.position;
        this.paused.value = playback.paused;
        this.heard.value = playback.heard;
      };
      playback.hear(this.needs.preferences.current.peek().filmSound);
      read();
      return playback.onChange(read);
    });
  }

  readonly togglePause = (): void => {
    const playback = this.playback.value;
    if (!playback) return;
    if (playback.paused) playback.play();
    else playback.pause();
    this.needs.page.announce(playback.paused ? 'Film paused' : 'Film playing');
  };

  readonly seek = (seconds: number): void => {
    this.playback.value?.seek(seconds);
    this.position.value = seconds;
  };

  /** Lets the film's sound be heard here, or not. Clips have it in any case. */
  readonly toggleHeard = (): void => {
    const filmSound = !this.heard.value;
    this.needs.preferences.update({ filmSound });
    this.playback.value?.hear(filmSound);
  };

  /** The part begins here. An earlier end is forgotten. */
  readonly beginHere = (): void => {
    const from = this.position.value;
    const { to } = this.part.value;
    this.choose(to !== undefined && to > from ? { from, to } : { from });
    this.needs.page.announce('The part starts here');
  };

  /** The part ends here. A later beginning is forgotten. */
  readonly endHere = (): void => {
    const to = this.position.value;
    const { from } = this.part.value;
    if (to <= 0) return;
    this.choose(from !== undefined && from < to ? { from, to } : { to });
    this.needs.page.announce('The part ends here');
  };

  readonly takeWhole = (): void => {
    this.choose({});
    this.needs.page.announce('The whole film');
  };

  private choose(part: FilmRange): void {
    this.part.value = part;
    this.playback.value?.repeat(part);
  }
}

export function createFilmStore(needs: FilmNeeds): FilmStore {
  return new FilmStore(needs);
}

export const [useFilm, provideFilm] = createStoreSlot<FilmStore>('film');
