import { effect as watch, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { PageStore } from '../base/page-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { SourceStore } from '../source/source-store.ts';
import type { EffectStore } from './effect-store.ts';

/** A rectangle in the window, in CSS pixels. */
export interface TileBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The picture's shape, and where in the window it is shown. */
export interface StageLayoutStore {
  /** Width divided by height. Only what lies over the canvas needs it. */
  readonly aspect: ReadonlySignal<number>;
  /** The tile of a call that the stage is shown in; null while it fills the window. */
  readonly tile: Signal<TileBox | null>;
  setSize: (width: number, height: number) => void;
  /** Follows the source's shape from now on, also when a phone is turned. */
  start: () => void;
}

export interface StageLayoutNeeds {
  source: Pick<SourceStore, 'current'>;
  effect: Pick<EffectStore, 'canvas'>;
  page: PageStore;
}

/** The size of a canvas that nobody has drawn on. */
const BLANK = { width: 300, height: 150 };
/** The worker gives the canvas its size a moment after the first frame. */
const CANVAS_DELAYS_MS = [100, 1000];
/** The camera of a phone that is turned takes a moment to turn its frames. */
const TURN_MS = 600;

export function createStageLayoutStore({ source, effect, page }: StageLayoutNeeds): StageLayoutStore {
  const aspect = signal(16 / 9);
  const setSize = (width: number, height: number) => {
    if (width > 0 && height > 0) aspect.value = width / height;
  };
  const measureSource = () => {
    const { width = 0, height = 0 } = source.current.peek()?.track.getSettings() ?? {};
    setSize(width, height);
  };
  const measureCanvas = ({ width, height }: HTMLCanvasElement) => {
    if (width !== BLANK.width || height !== BLANK.height) setSize(width, height);
  };
  return {
    aspect,
    tile: signal<TileBox | null>(null),
    setSize,
    start() {
      watch(() => {
        if (source.current.value) measureSource();
      });
      watch(() => {
        const canvas = effect.canvas.value;
        if (page.state.value !== 'running' || !canvas) return;
        const timers = CANVAS_DELAYS_MS.map((delay) => setTimeout(measureCanvas, delay, canvas));
        return () => {
          timers.forEach(clearTimeout);
        };
      });
      addEventListener('resize', () => {
        setTimeout(measureSource, TURN_MS);
      });
    },
  };
}

export const [useStageLayout, provideStageLayout] = createStoreSlot<StageLayoutStore>('stage layout');
