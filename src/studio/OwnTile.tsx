import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { muted, pictured, recordsCall, speaking } from './call.ts';
import { canRestart, fatalFault, RESTART } from './engine.ts';
import { Icon } from './icons.tsx';
import { choices } from './state.ts';
import { stagePlace, type Place } from './tiles.ts';

/** Whose picture is not there: a letter on a colour of their own. */
export function Avatar({ name, id }: { name: string; id: string }) {
  let hue = 0;
  for (const letter of id) hue = (hue * 31 + letter.charCodeAt(0)) % 360;
  const [first = '?'] = Array.from(name.trim());
  return (
    <span class="avatar" style={{ '--hue': String(hue) }} aria-hidden="true">
      <b>{first.toUpperCase()}</b>
    </span>
  );
}

/** A window onto the stage, which lies beneath: the own picture moves there and is drawn by nobody else. */
export function OwnTile({
  place,
  called,
  children,
}: {
  place?: Place | undefined;
  called?: boolean;
  children?: ComponentChildren;
}) {
  const tile = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const measure = () => {
      if (!tile.current) return;
      const { left, top, width, height } = tile.current.getBoundingClientRect();
      stagePlace.value = { left, top, width, height };
    };
    measure();
    const watching = new ResizeObserver(measure);
    watching.observe(tile.current!);
    // It moves without a change of its size when something beside it opens, or what it is centred in becomes smaller.
    watching.observe(document.body);
    watching.observe(tile.current!.parentElement!);
    const scroller = tile.current!.closest('.middle');
    scroller?.addEventListener('scroll', measure);
    return () => {
      watching.disconnect();
      scroller?.removeEventListener('scroll', measure);
      stagePlace.value = null;
    };
  }, [place?.left, place?.top, place?.width, place?.height]);

  const { name } = choices.value;
  const fatal = fatalFault.value;
  return (
    <div
      class="person own"
      data-speaking={speaking.value || undefined}
      ref={tile}
      style={
        place && {
          left: `${place.left}px`,
          top: `${place.top}px`,
          width: `${place.width}px`,
          height: `${place.height}px`,
        }
      }
    >
      {!pictured.value && <Avatar name={name || 'You'} id="" />}
      {called && fatal && canRestart(fatal) && (
        <button type="button" class="button primary mend" onClick={RESTART.run}>
          {RESTART.label}
        </button>
      )}
      {called && (
        <p class="plate">
          {muted.value && <Icon name="microphone-off" />}
          <span>{name ? `${name} (you)` : 'You'}</span>
        </p>
      )}
      {called && recordsCall.value && (
        <p class="recording-mark">
          <span class="red" aria-hidden="true" /> You record the call
        </p>
      )}
      {children}
    </div>
  );
}
