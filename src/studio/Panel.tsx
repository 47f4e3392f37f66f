import { Backdrops } from './Backdrops.tsx';
import { microphoneFault, useMicrophone } from './call.ts';
import { RESOLUTIONS, THEMES } from './choices.ts';
import { askToConvert } from './conversions.ts';
import { MicrophoneSelect } from './DeviceSelect.tsx';
import { Icon } from './icons.tsx';
import { change, look } from './look.ts';
import { Meter } from './Meter.tsx';
import { hideInterface } from './notices.ts';
import { fineDetail, resetAll, toggleFine } from './offer.ts';
import { IconButton, Section, Segmented, Switch } from './parts.tsx';
import { Regions } from './Regions.tsx';
import {
  cameras,
  chooseVideo,
  mirrored,
  open,
  playingFile,
  setResolution,
  source,
  toggleMirror,
} from './sources.ts';
import { callStage, choices, choose, statsShown, togglePanel, toggleStats } from './state.ts';

const RESOLUTION_OPTIONS = RESOLUTIONS.map((value) => ({ value, label: value }));
const THEME_OPTIONS = THEMES.map((value) => ({ value, label: value[0]!.toUpperCase() + value.slice(1) }));

function Strength() {
  const percent = Math.round(look.value.strength * 100);
  return (
    <Section title="Strength" aside={<span class="amount">{percent} %</span>}>
      <input
        type="range"
        aria-label="Strength of the style"
        aria-valuetext={`${percent} percent`}
        min={0}
        max={100}
        step={1}
        value={percent}
        style={{ '--fill': `${percent}%` }}
        onInput={(event) => {
          change({ strength: event.currentTarget.valueAsNumber / 100 });
        }}
      />
      {fineDetail.value && (
        <Switch
          label="Fine detail"
          hint="For strong machines, slower"
          keyName="D"
          checked={fineDetail.value.on}
          onChange={toggleFine}
        />
      )}
    </Section>
  );
}

function Camera() {
  const list = cameras.value;
  const current = source.value?.kind === 'camera' ? (source.value.deviceId ?? '') : '';
  return (
    <Section title="Source">
      <label class="select">
        <Icon name="camera" />
        <select
          id="camera"
          aria-label="Camera"
          value={current}
          onChange={(event) => {
            const deviceId = event.currentTarget.value;
            if (deviceId) void open({ kind: 'camera', deviceId });
            else void open({ kind: 'camera' });
          }}
        >
          {current === '' && (
            <option value="" disabled={list.length > 0}>
              {list.length > 0 ? 'Choose a camera' : 'Any camera'}
            </option>
          )}
          {list
            .filter((camera) => camera.deviceId !== '')
            .map(({ deviceId, label }) => (
              <option key={deviceId} value={deviceId}>
                {label}
              </option>
            ))}
        </select>
        <Icon name="chevron" />
      </label>
      <Segmented
        label="Camera resolution"
        options={RESOLUTION_OPTIONS}
        value={choices.value.resolution}
        onChange={setResolution}
      />
      <div class="row">
        {source.value?.kind !== 'camera' && (
          <button type="button" class="button" onClick={() => void open({ kind: 'camera' })}>
            <Icon name="camera" /> Camera
          </button>
        )}
        <button type="button" class="button" onClick={chooseVideo}>
          <Icon name="film" /> Open video
        </button>
        {playingFile.value && (
          <button
            type="button"
            class="button"
            onClick={() => {
              askToConvert(playingFile.value ? [playingFile.value] : []);
            }}
          >
            <Icon name="film" /> Convert it
          </button>
        )}
        {source.value?.kind !== 'demo' && (
          <button type="button" class="button" onClick={() => void open({ kind: 'demo' })}>
            <Icon name="play" /> Demo
          </button>
        )}
      </div>
    </Section>
  );
}

/** Another microphone in the middle of a call. */
function Sound() {
  const fault = microphoneFault.value;
  return (
    <Section title="Sound">
      <MicrophoneSelect />
      <Meter />
      {fault && (
        <div class="troubles" role="alert">
          <p>
            {fault.message} {fault.wayOut}{' '}
            <button type="button" class="link" onClick={() => void useMicrophone()}>
              Try again
            </button>
          </p>
        </div>
      )}
    </Section>
  );
}

function View() {
  return (
    <Section title="View">
      <Switch
        label="Mirror"
        {...(callStage.value === 'none' ? { keyName: 'M' } : {})}
        checked={mirrored.value}
        onChange={toggleMirror}
      />
      <Switch
        label="Read-out"
        keyName="S"
        checked={statsShown.value}
        onChange={() => {
          toggleStats();
        }}
      />
      <Segmented
        label="Colours of the interface"
        options={THEME_OPTIONS}
        value={choices.value.theme}
        onChange={(theme) => {
          choose({ theme });
        }}
      />
      <div class="row">
        <button type="button" class="button" onClick={hideInterface}>
          <Icon name="hide" /> Hide controls
        </button>
        <button type="button" class="button" onClick={() => void resetAll()}>
          <Icon name="reset" /> Reset
        </button>
      </div>
    </Section>
  );
}

/** Every setting but the style: beside the picture in large windows, a sheet from below on phones. */
export function Panel() {
  return (
    <aside class="panel" aria-label="Settings" id="settings">
      <header class="panel-head">
        <h2>Settings</h2>
        <IconButton
          icon="close"
          label="Close settings"
          onClick={() => {
            togglePanel(false);
            document.getElementById('settings-button')?.focus();
          }}
        />
      </header>
      <div class="panel-body">
        <Regions />
        <Strength />
        <Backdrops />
        <Camera />
        {callStage.value === 'in' && <Sound />}
        <View />
      </div>
    </aside>
  );
}
