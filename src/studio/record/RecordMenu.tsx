import type { FormatSupport } from '../../record/formats.ts';
import { CLIP_FORMATS, type ClipFormat } from '../base/preferences.ts';
import { usePreferences } from '../base/preferences-store.ts';
import { useCall } from '../call/call-store.ts';
import { useNotices } from '../notices/notices-store.ts';
import { Switch } from '../ui/controls.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Popover } from '../ui/Popover.tsx';
import { useFilm } from '../source/film-store.ts';
import { useRecorder } from './recorder-store.ts';
import { useRecording } from './recording-store.ts';
import { REPLAY_SECONDS, useReplay } from './replay-store.ts';

export const RECORD_MENU_ID = 'record-menu';

/** What to record, and in which format. */
export function RecordMenu() {
  const recorder = useRecorder();
  const notices = useNotices();
  const { canRecord, record } = useRecording();
  const loadFormats = () => {
    recorder.get().catch((error: unknown) => {
      notices.showError('recording', error);
    });
  };
  return (
    <Popover id={RECORD_MENU_ID} label="Recording options" class="record-menu" onToggle={loadFormats}>
      <h2>Record</h2>
      <FormatList />
      <SoundSwitches />
      <ConstantRateSwitch />
      <ReplaySwitch />
      <div class="row">
        <button type="button" class="button" disabled={!canRecord.value} onClick={() => void record('png')}>
          <Icon name="image" /> Take a picture
        </button>
      </div>
    </Popover>
  );
}

function FormatList() {
  const { supported } = useRecorder();
  return (
    <div class="formats" role="radiogroup" aria-label="Format of clips">
      {CLIP_FORMATS.map((id) => {
        const support = supported.value.find(({ format }) => format.id === id);
        return support && <FormatOption key={id} id={id} support={support} />;
      })}
    </div>
  );
}

function FormatOption({ id, support }: { id: ClipFormat; support: FormatSupport }) {
  const { update } = usePreferences();
  const { formats } = useRecording();
  return (
    <label>
      <input
        type="radio"
        class="unseen"
        name="clip-format"
        value={id}
        disabled={!support.possible}
        checked={id === formats.chosen.value}
        onChange={() => {
          update({ clipFormat: id });
        }}
      />
      <span class="mark-of-choice" aria-hidden="true" />
      <span>
        <b>{support.format.title}</b>
        <small>{support.note ?? support.format.use}</small>
      </span>
    </label>
  );
}

function SoundSwitches() {
  const { current, update } = usePreferences();
  const { isIn, isOpen } = useCall();
  const film = useFilm().playback.value !== null && !isOpen.value;
  const { hasSound } = useRecorder();
  const { clipSound, clipCallSound } = current.value;
  return (
    <>
      <Switch
        label={film ? 'The film’s sound' : 'Microphone'}
        hint={
          !hasSound.value
            ? 'This browser gives pages no sound to record: clips are silent. Chrome and Edge do.'
            : isOpen.value
              ? 'Your own'
              : 'For MP4 and WebM'
        }
        checked={clipSound && hasSound.value}
        onChange={() => {
          update({ clipSound: !clipSound });
        }}
      />
      {isIn.value && (
        <Switch
          label="Everyone’s sound"
          hint="Everyone is told and sees that you are recording. Their pictures are not recorded."
          checked={clipCallSound}
          onChange={() => {
            update({ clipCallSound: !clipCallSound });
          }}
        />
      )}
    </>
  );
}

function ConstantRateSwitch() {
  const { current, update } = usePreferences();
  const { formats } = useRecording();
  const { supported } = useRecorder();
  const support = supported.value.find(({ format }) => format.id === formats.chosen.value);
  // Pictures have no rate, and the browser's own recorder takes each frame as it comes.
  if (support?.video == null || support.recorder !== null) return null;
  return (
    <Switch
      label="Constant frame rate"
      hint="30 frames a second, all as long, for editing programs that need it"
      checked={current.value.clipConstantRate}
      onChange={() => {
        update({ clipConstantRate: !current.value.clipConstantRate });
      }}
    />
  );
}

function ReplaySwitch() {
  const { on, isPossible, toggle } = useReplay();
  if (!isPossible.value) return null;
  return (
    <Switch
      label="Instant replay"
      hint={`Lets you save the last ${REPLAY_SECONDS} seconds at any time`}
      checked={on.value}
      onChange={() => void toggle()}
    />
  );
}
