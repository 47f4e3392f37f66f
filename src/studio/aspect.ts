import { effect, signal } from '@preact/signals';
import { stageCanvas } from './engine.ts';
import { source } from './sources.ts';
import { pageState } from './state.ts';

/** Width over height of the picture. The canvas itself needs none; what lies over it does. */
export const aspect = signal(16 / 9);

/** A canvas that nobody has drawn on. */
const BLANK = { width: 300, height: 150 };

export function setAspect(width: number, height: number): void {
  if (width > 0 && height > 0) aspect.value = width / height;
}

function measure(): void {
  const settings = source.peek()?.track.getSettings();
  if (settings?.width && settings.height) setAspect(settings.width, settings.height);
}

/** Follows the source's shape, also when a phone is turned. */
export function watchAspect(): void {
  effect(() => {
    if (source.value) measure();
  });
  effect(() => {
    const canvas = stageCanvas.value;
    if (pageState.value !== 'running' || !canvas) return;
    // The frames themselves know best, but a canvas learns its size a moment after the worker has drawn.
    const timers = [100, 1000].map((delay) =>
      setTimeout(() => {
        if (canvas.width !== BLANK.width || canvas.height !== BLANK.height)
          setAspect(canvas.width, canvas.height);
      }, delay),
    );
    return () => {
      timers.forEach(clearTimeout);
    };
  });
  addEventListener('resize', () => {
    // A camera in a phone that is turned takes a moment to turn its frames.
    setTimeout(measure, 600);
  });
}
