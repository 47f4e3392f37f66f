import { ProgressBar } from '../ui/ProgressBar.tsx';
import { useEffectStore } from './effect-store.ts';

const MEGABYTE = 1e6;

/** How much of the effect has loaded. It keeps its height from the first byte to the last. */
export function LoadingProgress() {
  const { current, progress } = useEffectStore();
  const { loaded, total } = progress.value;
  const ready = current.value !== null;
  const share = ready ? 1 : total > 0 ? Math.min(1, loaded / total) : null;
  const text = ready
    ? 'Ready'
    : share !== null && share < 1
      ? `Loading the effect: ${(loaded / MEGABYTE).toFixed(1)} of ${(total / MEGABYTE).toFixed(1)} MB`
      : 'Preparing the effect…';
  return (
    <div class="progress" data-ready={ready || undefined}>
      <ProgressBar label="Loading the effect" share={share} />
      <p>{text}</p>
    </div>
  );
}
