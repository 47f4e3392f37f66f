import { useEffect, useRef } from 'preact/hooks';
import { setAspect } from './aspect.ts';
import { announce, dividerAt } from './state.ts';

const STEP = 0.02;
const LEAP = 0.1;

function moveTo(share: number): void {
  dividerAt.value = Math.min(1, Math.max(0, share));
}

function onKeyDown(event: KeyboardEvent): void {
  const at = dividerAt.value;
  const step = event.shiftKey ? LEAP : STEP;
  const targets: Record<string, number> = {
    ArrowLeft: at - step,
    ArrowDown: at - step,
    ArrowRight: at + step,
    ArrowUp: at + step,
    PageDown: at - LEAP,
    PageUp: at + LEAP,
    Home: 0,
    End: 1,
  };
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  moveTo(target);
}

/**
 * The untouched picture over the left part of the stage. It is the source's own track in a video element, cut by the
 * style engine, so the page touches no pixel. Both lie in boxes of one size with one object-fit: they line up by construction.
 */
export function Divider({ track }: { track: MediaStreamTrack }) {
  const video = useRef<HTMLVideoElement>(null);
  const area = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = new MediaStream([track]);
    const measure = () => {
      setAspect(element.videoWidth, element.videoHeight);
    };
    element.addEventListener('resize', measure);
    // A refusal is the browser saving power in a hidden tab; it plays when it is seen.
    element.play().catch(() => undefined);
    return () => {
      element.removeEventListener('resize', measure);
      element.srcObject = null;
    };
  }, [track]);

  const drag = (event: PointerEvent) => {
    const box = area.current?.getBoundingClientRect();
    if (box && box.width > 0) moveTo((event.clientX - box.left) / box.width);
  };
  const at = dividerAt.value;
  const percent = Math.round(at * 100);

  return (
    <>
      <div class="before" style={{ '--at': String(at) }}>
        <video ref={video} muted playsInline autoPlay aria-hidden="true" tabIndex={-1} />
      </div>
      <div class="seen" ref={area} style={{ '--at': String(at) }}>
        <div
          class="divider"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            drag(event);
          }}
          onPointerMove={(event) => {
            if (event.currentTarget.hasPointerCapture(event.pointerId)) drag(event);
          }}
          onPointerUp={() => {
            announce(`Before and after at ${percent} percent`);
          }}
          onClick={(event) => {
            event.stopPropagation();
          }}
        >
          <span class="side left" aria-hidden="true">
            Before
          </span>
          <span class="side right" aria-hidden="true">
            After
          </span>
          <div
            class="knob"
            role="slider"
            tabIndex={0}
            aria-label="Before and after"
            aria-orientation="horizontal"
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={percent}
            aria-valuetext={`The left ${percent} percent show the untouched picture`}
            onKeyDown={onKeyDown}
          >
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="m9 7-5 5 5 5m6-10 5 5-5 5" />
            </svg>
          </div>
        </div>
      </div>
    </>
  );
}
