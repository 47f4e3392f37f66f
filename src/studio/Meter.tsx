import { useEffect, useRef } from 'preact/hooks';
import { microphone, muted } from './call.ts';

const RANGE_MS = 1000;

/** How loud the microphone hears: a bar that an animation holds, so that no frame makes a string. */
export function Meter() {
  const bar = useRef<HTMLSpanElement>(null);
  const from = muted.value ? null : microphone.value;

  useEffect(() => {
    if (!bar.current || !from) return;
    const scale = bar.current.animate([{ transform: 'scaleX(0)' }, { transform: 'scaleX(1)' }], {
      duration: RANGE_MS,
      fill: 'both',
    });
    scale.pause();
    let shown = 0;
    let request = 0;
    const look = () => {
      const level = from.level();
      // Up at once, down slowly, as every level meter does.
      shown = Math.max(level, shown * 0.9);
      scale.currentTime = Math.min(shown, 0.999) * RANGE_MS;
      request = requestAnimationFrame(look);
    };
    look();
    return () => {
      cancelAnimationFrame(request);
      scale.cancel();
    };
  }, [from]);

  return (
    <div class="meter" role="img" aria-label={from ? 'Level of the microphone' : 'The microphone is off'}>
      <span ref={bar} />
    </div>
  );
}
