import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { usePreferences } from '../base/preferences-store.ts';
import { useMicrophone } from '../microphone/microphone-store.ts';
import { canRestart, useEffectStore } from '../stage/effect-store.ts';
import { useStageLayout, type TileBox } from '../stage/stage-layout-store.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Icon } from '../ui/Icon.tsx';
import { tileStyle } from './arrange-tiles.ts';
import { useCall } from './call-store.ts';
import { useCameraSwitch } from './camera-switch-store.ts';

interface OwnTileProps {
  /** Where the tile is; in the lobby CSS places it. */
  box?: TileBox | undefined;
  inCall?: boolean;
  children?: ComponentChildren;
}

/** A hole in the page through which the stage is seen: the person's own picture is moved there. */
export function OwnTile({ box, inCall, children }: OwnTileProps) {
  const tile = useRef<HTMLDivElement>(null);
  useStageIn(tile, box);
  const { off, speaking } = useMicrophone();
  const { sendsPicture } = useCameraSwitch();
  const { name } = usePreferences().current.value;
  return (
    <div class="person own" data-speaking={speaking.value || undefined} ref={tile} style={tileStyle(box)}>
      {!sendsPicture.value && <Avatar name={name || 'You'} id="" />}
      {inCall && <RestartButton />}
      {inCall && (
        <p class="plate">
          {off.value && <Icon name="microphone-off" />}
          <span>{name ? `${name} (you)` : 'You'}</span>
          {off.value && <span class="unseen">, microphone off</span>}
        </p>
      )}
      {inCall && <RecordingMark />}
      {children}
    </div>
  );
}

function RestartButton() {
  const { fatalFault, restartAction } = useEffectStore();
  if (!fatalFault.value || !canRestart(fatalFault.value)) return null;
  return (
    <button type="button" class="button primary restart" onClick={restartAction.run}>
      {restartAction.label}
    </button>
  );
}

function RecordingMark() {
  const { recordsCall } = useCall();
  if (!recordsCall.value) return null;
  return (
    <p class="recording-mark">
      <span class="red" aria-hidden="true" /> You are recording the call
    </p>
  );
}

/** Shows the stage in an element for as long as that is on the page. */
function useStageIn(element: RefObject<HTMLElement | null>, box: TileBox | undefined): void {
  const { tile } = useStageLayout();
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const measure = () => {
      const { left, top, width, height } = current.getBoundingClientRect();
      tile.value = { left, top, width, height };
    };
    measure();
    // The tile can move without changing its size: when something opens beside it, or when what it
    // is centred in shrinks.
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    observer.observe(document.body);
    observer.observe(current.parentElement!);
    const scroller = current.closest('.middle');
    scroller?.addEventListener('scroll', measure);
    return () => {
      observer.disconnect();
      scroller?.removeEventListener('scroll', measure);
      tile.value = null;
    };
  }, [box?.left, box?.top, box?.width, box?.height]);
}
