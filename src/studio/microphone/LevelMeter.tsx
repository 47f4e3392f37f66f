import { useEffect, useRef } from 'preact/hooks';
import { useMicrophone } from './microphone-store.ts';

const RANGE_MS = 1000;
/** How much of the level is left after each frame: the bar rises at once and falls slowly. */
const DECAY = 0.9;

/** How loud the microphone is. */
export function LevelMeter() {
  const bar = useRef<HTMLSpanElement>(null);
  const { current, muted } = useMicrophone();
  const microphone = muted.value ? null : current.value;

  useEffect(() => {
    if (!bar.current || !microphone) return;
    // A paused animation that is moved by hand: it needs no new style string for every frame.
    const scale = bar.current.animate([{ transform: 'scaleX(0)' }, { transform: 'scaleX(1)' }], {
      duration: RANGE_MS,
      fill: 'both',
    });
    scale.pause();
    let level = 0;
    let request = 0;
    const update = () => {
      level = Math.max(microphone.level(), level * DECAY);
      scale.currentTime = Math.min(level, 0.999) * RANGE_MS;
      request = requestAnimationFrame(update);
    };
    update();
    return () => {
      cancelAnimationFrame(request);
      scale.cancel();
    };
  }, [microphone]);

  const label = microphone ? 'Microphone level' : 'The microphone is off';
  return (
    <div class="meter" role="img" aria-label={label}>
      <span ref={bar} />
    </div>
  );
}
