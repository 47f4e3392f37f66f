import { CLIP_FORMATS } from './choices.ts';
import { Icon } from './icons.tsx';
import { Switch } from './parts.tsx';
import {
  canRecord,
  canReplay,
  chooseFormat,
  chosenFormat,
  recording,
  recordingStage,
  recordingState,
  REPLAY_SECONDS,
  replayOn,
  saveReplay,
  startRecording,
  togglePause,
  toggleRecording,
  toggleReplay,
} from './recording.ts';
import { offers, recorder } from './recorder.ts';
import { callStage, choices, choose } from './state.ts';
import { tellFault } from './notices.ts';

/** As clocks show it: 0:07, 12:40, 1:02:03. */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** As file managers show it. */
export function size(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

function Running() {
  const stage = recordingStage.value;
  const { seconds, bytes } = recordingState.value;
  const paused = stage === 'paused';
  const settled = stage === 'recording' || paused;
  return (
    <div class="recorder running" role="group" aria-label="Recording" data-paused={paused || undefined}>
      <span class="red" aria-hidden="true" />
      <span class="elapsed" role="timer" aria-label="Recorded">
        {stage === 'finishing' ? 'Finishing…' : duration(seconds)}
      </span>
      {settled && <span class="bytes">{size(bytes)}</span>}
      <button
        type="button"
        class="icon-button"
        disabled={!settled}
        aria-label={paused ? 'Go on recording' : 'Pause recording'}
        onClick={togglePause}
      >
        <Icon name={paused ? 'play' : 'pause'} />
      </button>
      <button
        type="button"
        class="icon-button"
        disabled={!settled}
        aria-label="Stop recording"
        aria-keyshortcuts="R"
        data-hint="Stop recording  (R)"
        onClick={toggleRecording}
      >
        <Icon name="stop" />
      </button>
    </div>
  );
}

function Formats() {
  return (
    <ul class="formats" role="radiogroup" aria-label="Format of clips">
      {CLIP_FORMATS.map((id) => {
        const offer = offers.value.find(({ format }) => format.id === id);
        return (
          offer && (
            <li key={id}>
              <label>
                <input
                  type="radio"
                  class="unseen"
                  name="clip-format"
                  value={id}
                  disabled={!offer.possible}
                  checked={id === chosenFormat.value}
                  onChange={() => {
                    chooseFormat(id);
                  }}
                />
                <span class="mark-of-choice" aria-hidden="true" />
                <span>
                  <b>{offer.format.title}</b>
                  <small>{offer.note ?? offer.format.use}</small>
                </span>
              </label>
            </li>
          )
        );
      })}
    </ul>
  );
}

/** What is recorded, and how. */
function Menu() {
  return (
    <div
      class="record-menu"
      id="record-menu"
      popover="auto"
      role="dialog"
      aria-label="Recording options"
      onToggle={() => {
        recorder().catch((error: unknown) => {
          tellFault('recording', error);
        });
      }}
    >
      <h2>Record</h2>
      <Formats />
      <Switch
        label="Microphone"
        hint={callStage.value === 'none' ? 'For MP4 and WebM' : 'Your own'}
        checked={choices.value.clipSound}
        onChange={() => {
          choose({ clipSound: !choices.value.clipSound });
        }}
      />
      {callStage.value === 'in' && (
        <Switch
          label="Everybody’s sound"
          hint="Each of them is told and sees that you record; their pictures are not recorded"
          checked={choices.value.clipCall}
          onChange={() => {
            choose({ clipCall: !choices.value.clipCall });
          }}
        />
      )}
      {canReplay.value && (
        <Switch
          label="Instant replay"
          hint={`Keeps the last ${REPLAY_SECONDS} seconds at hand`}
          checked={replayOn.value}
          onChange={() => void toggleReplay()}
        />
      )}
      <div class="row">
        <button
          type="button"
          class="button"
          disabled={!canRecord.value}
          onClick={() => void startRecording('png')}
        >
          <Icon name="image" /> Take a picture
        </button>
      </div>
    </div>
  );
}

/** Begins a clip and says how; while one runs, how far it is. */
export function RecordButton() {
  if (recording.value) return <Running />;
  return (
    <div class="recorder" role="group" aria-label="Record">
      {replayOn.value && (
        <button
          type="button"
          class="icon-button"
          aria-label={`Save the last ${REPLAY_SECONDS} seconds`}
          aria-keyshortcuts="E"
          title={`Save the last ${REPLAY_SECONDS} seconds (E)`}
          onClick={() => void saveReplay()}
        >
          <Icon name="replay" />
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label="Record"
        aria-keyshortcuts="R"
        title="Record (R)"
        disabled={!canRecord.value}
        onClick={toggleRecording}
      >
        <span class="red" aria-hidden="true" />
      </button>
      <button
        type="button"
        class="icon-button narrow"
        aria-label="Recording options"
        popovertarget="record-menu"
      >
        <Icon name="chevron" />
      </button>
      <Menu />
    </div>
  );
}
