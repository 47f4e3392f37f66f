import { useEffect, useRef } from 'preact/hooks';
import { BroadcastButton, OnAir } from './Broadcast.tsx';
import { members, refusal, signalling, startCall } from './call.ts';
import { askToConvert } from './conversions.ts';
import { Icon, Mark } from './icons.tsx';
import { catchFocus, IconButton } from './parts.tsx';
import { RecordButton } from './RecordButton.tsx';
import { mirrored, playingFile, source, sourceStatus, toggleMirror } from './sources.ts';
import {
  callStage,
  canFullscreen,
  comparing,
  fullscreen,
  helpOpen,
  pageState,
  panelOpen,
  toggleComparing,
  toggleFullscreen,
  togglePanel,
} from './state.ts';

function status(): string {
  if (callStage.value === 'in') {
    if (refusal.value) return 'Not let back in';
    if (!signalling.value) return 'Server away';
    return members.value.length === 0 ? 'In a call · alone' : `In a call · ${members.value.length + 1}`;
  }
  if (pageState.value === 'error') return 'Stopped';
  if (callStage.value !== 'none') return 'Only you see this';
  if (sourceStatus.value === 'opening') return 'Opening…';
  if (sourceStatus.value === 'lost') return 'Paused';
  if (pageState.value === 'running')
    return source.value?.kind === 'camera' ? 'Live' : (source.value?.label ?? 'Live');
  return 'Starting…';
}

/** Name and state on the left, what is reached for most on the right. */
export function TopBar() {
  const call = callStage.value;
  const started = sourceStatus.value !== 'none' || call !== 'none';
  const callButton = useRef<HTMLButtonElement>(null);
  const before = useRef(call);
  useEffect(() => {
    // What one left the call with is gone.
    if (call === 'none' && before.current !== 'none') catchFocus(callButton.current);
    before.current = call;
  }, [call]);
  return (
    <header class="top">
      <h1 class="brand">
        <Mark />
        <span>Portoon</span>
      </h1>
      {started && (
        <p class="chip" data-live={pageState.value === 'running' || undefined}>
          <span class="dot" aria-hidden="true" />
          <span>{status()}</span>
        </p>
      )}
      <OnAir />
      {playingFile.value && call === 'none' && pageState.value !== 'error' && (
        <button
          type="button"
          class="button call-button convert-button"
          title="Convert the whole film"
          onClick={() => {
            askToConvert(playingFile.value ? [playingFile.value] : []);
          }}
        >
          <Icon name="film" /> <span>Convert film</span>
        </button>
      )}
      {call === 'none' && pageState.value !== 'error' && (
        <button
          ref={callButton}
          type="button"
          class="button primary call-button"
          aria-keyshortcuts="C"
          onClick={startCall}
        >
          <Icon name="call" /> <span>Call</span>
        </button>
      )}
      {started && pageState.value !== 'error' && <RecordButton />}
      <div class="tools" role="group" aria-label="Tools">
        {started && (
          <>
            <IconButton
              icon="compare"
              label="Before and after"
              keyName="B"
              pressed={comparing.value}
              onClick={toggleComparing}
            />
            <IconButton
              icon="mirror"
              label="Mirror"
              {...(call === 'none' ? { keyName: 'M' } : {})}
              pressed={mirrored.value}
              onClick={toggleMirror}
            />
          </>
        )}
        {started && <BroadcastButton />}
        {canFullscreen && (
          <IconButton
            icon={fullscreen.value ? 'shrink' : 'fullscreen'}
            label={fullscreen.value ? 'Leave full screen' : 'Full screen'}
            keyName="F"
            onClick={toggleFullscreen}
          />
        )}
        <IconButton
          icon="help"
          label="Help and shortcuts"
          keyName="?"
          onClick={() => {
            helpOpen.value = true;
          }}
        />
        {started && (
          <IconButton
            id="settings-button"
            icon="sliders"
            label="Settings"
            keyName="P"
            expanded={panelOpen.value}
            onClick={() => {
              togglePanel();
            }}
          />
        )}
      </div>
    </header>
  );
}
