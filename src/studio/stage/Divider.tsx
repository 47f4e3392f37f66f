import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ignoreRejection } from '../base/ignore-rejection.ts';
import { usePage } from '../base/page-store.ts';
import { useCompare } from './compare-store.ts';
import { useStageLayout } from './stage-layout-store.ts';

const STEP = 0.02;
const LARGE_STEP = 0.1;

/**
 * Shows the untouched picture over the left part of the stage. It is the source's own track in a
 * video element that CSS clips, so the page copies no pixels. Video and canvas lie in boxes of the
 * same size with the same object-fit: that is why they line up without being measured.
 */
export function Divider({ track }: { track: MediaStreamTrack }) {
  const { dividerAt } = useCompare();
  const video = useRef<HTMLVideoElement>(null);
  const area = useRef<HTMLDivElement>(null);
  useTrack(video, track);
  const style = { '--at': String(dividerAt.value) };
  return (
    <>
      <div class="before" style={style}>
        <video ref={video} muted playsInline autoPlay aria-hidden="true" tabIndex={-1} />
      </div>
      <div class="seen" ref={area} style={style}>
        <DividerBar area={area} />
      </div>
    </>
  );
}

/** Plays a track in a video element and reports its size to the stage. */
export function useTrack(video: RefObject<HTMLVideoElement | null>, track: MediaStreamTrack): void {
  const { setSize } = useStageLayout();
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = new MediaStream([track]);
    const measure = () => {
      setSize(element.videoWidth, element.videoHeight);
    };
    element.addEventListener('resize', measure);
    // A browser may refuse in a hidden tab to save power. It plays as soon as the tab is shown.
    ignoreRejection(element.play());
    return () => {
      element.removeEventListener('resize', measure);
      element.srcObject = null;
    };
  }, [track]);
}

/** The line between before and after, dragged with the pointer or moved with the keyboard. */
function DividerBar({ area }: { area: RefObject<HTMLDivElement | null> }) {
  const { dividerAt, moveDivider } = useCompare();
  const { announce } = usePage();
  const percent = Math.round(dividerAt.value * 100);
  const drag = (event: PointerEvent) => {
    const box = area.current?.getBoundingClientRect();
    if (box && box.width > 0) moveDivider((event.clientX - box.left) / box.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const share = keyTarget(event, dividerAt.value);
    if (share === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    moveDivider(share);
  };
  return (
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
        aria-valuetext={`The left ${percent} percent show the original picture`}
        onKeyDown={onKeyDown}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="m9 7-5 5 5 5m6-10 5 5-5 5" />
        </svg>
      </div>
    </div>
  );
}

/** Where a key moves the divider to, or undefined for keys that don't move it. */
function keyTarget({ key, shiftKey }: KeyboardEvent, at: number): number | undefined {
  const step = shiftKey ? LARGE_STEP : STEP;
  const targets: Record<string, number> = {
    ArrowLeft: at - step,
    ArrowDown: at - step,
    ArrowRight: at + step,
    ArrowUp: at + step,
    PageDown: at - LARGE_STEP,
    PageUp: at + LARGE_STEP,
    Home: 0,
    End: 1,
  };
  return targets[key];
}
