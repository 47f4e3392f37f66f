import { formatBytes, formatDuration } from '../base/format.ts';
import { Icon } from '../ui/Icon.tsx';
import { useKeyName } from '../ui/key-name.ts';
import { RECORD_MENU_ID, RecordMenu } from './RecordMenu.tsx';
import { useRecording } from './recording-store.ts';
import { REPLAY_SECONDS, useReplay } from './replay-store.ts';

/** Starts a clip. While one is recorded, it shows how long it is, and stops it. */
export function RecordButton() {
  const { isRecording, canRecord, toggle } = useRecording();
  const replay = useReplay();
  const recordKey = useKeyName('R');
  const saveKey = useKeyName('E');
  if (isRecording.value) return <RunningRecording />;
  const saveLabel = `Save the last ${REPLAY_SECONDS} seconds`;
  return (
    <div class="recorder" role="group" aria-label="Record">
      {replay.on.value && (
        <button
          type="button"
          class="icon-button"
          aria-label={saveLabel}
          aria-keyshortcuts={saveKey}
          title={withKey(saveLabel, saveKey)}
          onClick={() => void replay.save()}
        >
          <Icon name="replay" />
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label="Record"
        aria-keyshortcuts={recordKey}
        title={withKey('Record', recordKey)}
        disabled={!canRecord.value}
        onClick={toggle}
      >
        <span class="red" aria-hidden="true" />
      </button>
      <button
        type="button"
        class="icon-button narrow"
        aria-label="Recording options"
        popovertarget={RECORD_MENU_ID}
      >
        <Icon name="chevron" />
      </button>
      <RecordMenu />
    </div>
  );
}

function RunningRecording() {
  const { stage, progress, toggle, togglePause } = useRecording();
  const recordKey = useKeyName('R');
  const { seconds, bytes } = progress.value;
  const paused = stage.value === 'paused';
  const canPause = stage.value === 'recording' || paused;
  const canStop = canPause || stage.value === 'starting';
  return (
    <div class="recorder running" role="group" aria-label="Recording" data-paused={paused || undefined}>
      <span class="red" aria-hidden="true" />
      <span class="elapsed" role="timer" aria-label="Recorded">
        {stage.value === 'finishing' ? 'Finishing…' : formatDuration(seconds)}
      </span>
      {canPause && <span class="bytes">{formatBytes(bytes)}</span>}
      <button
        type="button"
        class="icon-button"
        disabled={!canPause}
        aria-label={paused ? 'Resume recording' : 'Pause recording'}
        onClick={togglePause}
      >
        <Icon name={paused ? 'play' : 'pause'} />
      </button>
      <button
        type="button"
        class="icon-button"
        disabled={!canStop}
        aria-label="Stop recording"
        aria-keyshortcuts={recordKey}
        data-hint={withKey('Stop recording', recordKey)}
        onClick={toggle}
      >
        <Icon name="stop" />
      </button>
    </div>
  );
}

/** All that is left of the recording while the controls are hidden: it is always seen. */
export function RecordingDot() {
  const { isRecording, stage, toggle } = useRecording();
  const recordKey = useKeyName('R');
  if (!isRecording.value) return null;
  return (
    <button
      type="button"
      class="recording-dot"
      disabled={stage.value === 'finishing'}
      data-paused={stage.value === 'paused' || undefined}
      aria-label="Stop recording"
      aria-keyshortcuts={recordKey}
      title={withKey('Stop recording', recordKey)}
      onClick={toggle}
    >
      <span class="red" aria-hidden="true" />
    </button>
  );
}

function withKey(label: string, keyName: string | undefined): string {
  return keyName === undefined ? label : `${label} (${keyName})`;
}
