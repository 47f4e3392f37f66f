import { effect as watch } from '@preact/signals';
import type { PageStore } from '../base/page-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import { ignoreRejection } from '../base/ignore-rejection.ts';
import type { SourceStore } from '../source/source-store.ts';
import type { EffectStore } from '../stage/effect-store.ts';
import type { StageLayoutStore } from '../stage/stage-layout-store.ts';
import type { LookStore } from './look-store.ts';
import type { StylesStore } from './styles-store.ts';

/** When a person comes back to the styles after this time, the previews are made again. */
const STALE_MS = 20_000;
/** A new picture on the stage gets this much time for itself first. */
const SETTLE_MS = 1200;
/** The side of a tile, in CSS pixels. */
const TILE = 72;
/** Previews have more pixels than a tile shows: a style that is scaled down looks smoother. */
const PIXELS_PER_CSS_PIXEL = 2;
/** The widest preview that the effect makes. */
const MAX_WIDTH = 512;

type PreviewReceiver = (picture: ImageBitmap) => void;

export interface PreviewsNeeds {
  page: PageStore;
  effect: Pick<EffectStore, 'current'>;
  source: Pick<SourceStore, 'current'>;
  layout: Pick<StageLayoutStore, 'aspect'>;
  look: Pick<LookStore, 'markStyle'>;
  styles: Pick<StylesStore, 'tiles'>;
}

/** Small pictures of every style on what the camera sees right now. */
export class PreviewsStore {
  private readonly receivers = new Map<string, PreviewReceiver>();
  private completedAt = -Infinity;
  private round: AbortController | null = null;

  constructor(private readonly needs: PreviewsNeeds) {}

  /** Gets the previews of one style, which the receiver has to close. Returns how to stop that. */
  receive(style: string, receiver: PreviewReceiver): () => void {
    this.receivers.set(style, receiver);
    return () => {
      if (this.receivers.get(style) === receiver) this.receivers.delete(style);
    };
  }

  /** Makes all previews again, unless they are recent or being made. */
  readonly refresh = (): void => {
    const effect = this.needs.effect.current.value;
    const stale = performance.now() - this.completedAt > STALE_MS;
    const running = this.needs.page.state.value === 'running';
    if (!effect || !stale || this.round || !running || document.hidden) return;
    const round = new AbortController();
    this.round = round;
    const made = effect
      .preview({
        styles: this.needs.styles.tiles.value.map(({ id }) => id),
        width: this.width(),
        signal: round.signal,
        onPreview: this.deliver,
        onFault: this.needs.look.markStyle,
      })
      .then(() => {
        this.completedAt = performance.now();
      })
      .finally(() => {
        if (this.round === round) this.round = null;
      });
    // A round that is aborted, or whose worker died, leaves the previews that were made before.
    ignoreRejection(made);
  };

  /**
   * Keeps the previews fresh while the strip of styles is on the page. Returns how to stop that.
   */
  observe(strip: Element): () => void {
    const stop = watch(() => {
      const { effect, source, page } = this.needs;
      // With another effect or source, the person of the last previews may have left.
      const hasPicture = effect.current.value !== null && source.current.value !== null;
      if (!hasPicture || page.state.value !== 'running') return;
      this.completedAt = -Infinity;
      const timer = setTimeout(this.refresh, SETTLE_MS);
      return () => {
        clearTimeout(timer);
        this.round?.abort();
        this.round = null;
      };
    });
    // On a phone the settings hide the strip.
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) this.refresh();
    });
    observer.observe(strip);
    document.addEventListener('visibilitychange', this.refresh);
    return () => {
      stop();
      document.removeEventListener('visibilitychange', this.refresh);
      observer.disconnect();
    };
  }

  private readonly deliver = (style: string, picture: ImageBitmap): void => {
    this.needs.look.markStyle(style, null);
    const receiver = this.receivers.get(style);
    if (receiver) receiver(picture);
    else picture.close();
  };

  /** Tiles are square and cut off the sides of a wide picture. */
  private width(): number {
    const aspect = Math.max(1, this.needs.layout.aspect.value);
    return Math.min(MAX_WIDTH, Math.ceil(TILE * PIXELS_PER_CSS_PIXEL * aspect));
  }
}

export function createPreviewsStore(needs: PreviewsNeeds): PreviewsStore {
  return new PreviewsStore(needs);
}

export const [usePreviews, providePreviews] = createStoreSlot<PreviewsStore>('previews');
