import { computed, effect as watch, signal } from '@preact/signals';
import type { Effect } from '../../effect/index.ts';
import { errorOf, faultOf, PortoonError } from '../../common/errors.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { NoticesStore } from '../notices/notices-store.ts';
import type { SourceStore } from '../source/source-store.ts';
import type { EffectStore } from './effect-store.ts';

export interface OutputNeeds {
  effect: Pick<EffectStore, 'current' | 'canvas'>;
  source: Pick<SourceStore, 'current'>;
  notices: NoticesStore;
  /** Whether this browser can make the stacked track. */
  canStack: boolean;
}

/**
 * Feeds the source to the effect, and makes tracks of what it draws for as long as somebody wants
 * them. Calls, broadcasts and viewers say here what they want.
 */
export class OutputStore {
  readonly wantedByCall = signal(false);
  readonly wantedByBroadcast = signal(false);
  /** What viewers want: the composite, and the person alone. */
  readonly wantedByViewers = signal({ opaque: false, stacked: false });
  /** Whether there are viewers, even if they want nothing at the moment. */
  readonly hasViewers = signal(false);
  /** Whether somebody still watches after a call has ended. */
  readonly hasAudience = computed(() => this.wantedByBroadcast.value || this.hasViewers.value);
  /**
   * Lets the live picture rest, to leave the computer to other work, unless somebody else sees it.
   */
  readonly resting = signal(false);

  /** The composite, while it is wanted. Another source brings another track. */
  readonly track = signal<MediaStreamTrack | null>(null);
  /** The person alone with their transparency (`stacked-1`), while it is wanted. */
  readonly stackedTrack = signal<MediaStreamTrack | null>(null);
  /** Whether this browser can make {@link stackedTrack}. */
  readonly canStack = signal(false);

  private readonly trackWanted = computed(
    () => this.wantedByCall.value || this.wantedByBroadcast.value || this.wantedByViewers.value.opaque,
  );
  private readonly stackedWanted = computed(() => this.wantedByViewers.value.stacked);
  private readonly fedSource = computed(() =>
    this.resting.value && !this.trackWanted.value && !this.stackedWanted.value
      ? null
      : this.needs.source.current.value,
  );
  /** Answers to older requests of the effect are ignored. */
  private requests = 0;

  constructor(private readonly needs: OutputNeeds) {
    this.canStack.value = needs.canStack;
  }

  /** Connects sources and effects from now on. */
  start(): void {
    let wasFed = false;
    watch(() => {
      const effect = this.needs.effect.current.value;
      // This runs again only when one of these changes. Feeding a source again interrupts it, and
      // makes the matte start without its past.
      const wantTrack = this.trackWanted.value;
      const source = this.fedSource.value;
      // A restarted worker has a new canvas, and needs to make a new track.
      const hasCanvas = !wantTrack || this.needs.effect.canvas.value !== null;
      if (!effect) {
        this.requests++;
        this.track.value = null;
      } else if (hasCanvas && (source || wasFed)) {
        void this.feed(effect, source?.track ?? null, wantTrack);
      }
      wasFed = source !== null;
    });
    watch(() => {
      const effect = this.needs.effect.current.value;
      const canvas = this.needs.effect.canvas.value;
      this.stackedTrack.peek()?.stop();
      this.stackedTrack.value = null;
      if (this.stackedWanted.value && effect) void this.stack(effect, canvas);
    });
  }

  private async feed(effect: Effect, track: MediaStreamTrack | null, wantTrack: boolean): Promise<void> {
    const request = ++this.requests;
    try {
      const output = wantTrack && track ? await effect.process(track) : await feedOnly(effect, track);
      if (request === this.requests) this.track.value = output;
    } catch (error) {
      if (this.needs.effect.current.value === effect && request === this.requests)
        this.needs.notices.showError('feed', errorOf(faultOf(error), error));
    }
  }

  private async stack(effect: Effect, canvas: HTMLCanvasElement | null): Promise<void> {
    const { current, canvas: newest } = this.needs.effect;
    try {
      const track = await effect.stacked();
      const stillWanted = this.stackedWanted.peek();
      if (current.peek() === effect && newest.peek() === canvas && stillWanted)
        this.stackedTrack.value = track;
    } catch (error) {
      // A worker that died is replaced, and the next one is asked again. Any other error means that
      // the browser can't do it. Then viewers get the composite.
      if (error instanceof PortoonError && error.code !== 'ERR_WORKER_DIED') this.canStack.value = false;
    }
  }
}

async function feedOnly(effect: Effect, track: MediaStreamTrack | null): Promise<null> {
  await effect.feed(track);
  return null;
}

export function createOutputStore(needs: OutputNeeds): OutputStore {
  return new OutputStore(needs);
}

export const [, provideOutput] = createStoreSlot<OutputStore>('output');
