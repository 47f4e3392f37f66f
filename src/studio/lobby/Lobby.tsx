import { useEffect, useRef } from 'preact/hooks';
import * as v from 'valibot';
import { MAX_NAME, nameSchema } from '../../call/link.ts';
import { usePreferences } from '../base/preferences-store.ts';
import { useCall } from '../call/call-store.ts';
import { CameraToggle, MicrophoneToggle, StyleToggle } from '../call/CallToggles.tsx';
import { useCameraSwitch } from '../call/camera-switch-store.ts';
import { InviteLinkField } from '../call/InviteLinkField.tsx';
import { OwnTile } from '../call/OwnTile.tsx';
import { LevelMeter } from '../microphone/LevelMeter.tsx';
import { MicrophoneSelect } from '../microphone/MicrophoneSelect.tsx';
import { useSource } from '../source/source-store.ts';
import { useEffectStore } from '../stage/effect-store.ts';
import { DeviceSelect } from '../ui/DeviceSelect.tsx';
import { restoreFocus } from '../ui/focus.ts';
import { Icon } from '../ui/Icon.tsx';
import { LobbyTroubles } from './LobbyTroubles.tsx';

/** Before a call: people see and hear themselves, set everything up, and join. */
export function Lobby() {
  const { inviting, joinFault, join, leave } = useCall();
  const takeOver = joinFault.value?.code === 'ERR_CALL_ELSEWHERE';
  return (
    <section class="lobby" aria-label="Lobby">
      <OwnTile>
        <div class="on-tile" role="group" aria-label="What you send">
          <MicrophoneToggle />
          <CameraToggle />
          <StyleToggle />
        </div>
      </OwnTile>
      <form
        class="card lobby-card"
        onSubmit={(event) => {
          event.preventDefault();
          void join(takeOver);
        }}
      >
        <LobbyHeader />
        {inviting.value && <InviteLinkField />}
        <NameField />
        <div class="devices">
          <CameraSelect />
          <MicrophoneSelect />
          <LevelMeter />
        </div>
        <LobbyTroubles />
        <p class="private">
          <Icon name="shield" />
          <span>Picture and sound are encrypted from browser to browser. No server sees them.</span>
        </p>
        <div class="row">
          <JoinButton takeOver={takeOver} />
          <button type="button" class="button" onClick={leave}>
            {inviting.value ? 'Cancel' : 'Not now'}
          </button>
        </div>
      </form>
    </section>
  );
}

function LobbyHeader() {
  const inviting = useCall().inviting.value;
  return (
    <header>
      <h2>{inviting ? 'Start a call' : 'Join the call'}</h2>
      <p>
        {inviting
          ? 'Send the link to a friend. They join from it, with nothing to install.'
          : 'You were sent a link to this call. Nobody sees or hears you before you join.'}
      </p>
    </header>
  );
}

function NameField() {
  const { current, update } = usePreferences();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // On a phone the keyboard would cover the picture.
    if (matchMedia('(hover: hover)').matches) field.current?.focus();
  }, []);
  return (
    <label class="field">
      <span>Your name</span>
      <input
        ref={field}
        type="text"
        // Not `value`: the remembered name is trimmed, and a person may be typing a space.
        defaultValue={current.value.name}
        maxLength={MAX_NAME}
        autocomplete="name"
        placeholder="Guest"
        onInput={(event) => {
          const read = v.safeParse(nameSchema, event.currentTarget.value);
          event.currentTarget.setCustomValidity(read.success ? '' : 'A name can’t contain < or >.');
          if (read.success) update({ name: read.output });
        }}
      />
    </label>
  );
}

function CameraSelect() {
  const { current, status, cameras, open } = useSource();
  const { cameraOn } = useCameraSwitch();
  const source = current.value;
  const isCamera = source?.kind === 'camera';
  const idle = cameraOn.value ? 'Camera' : 'Camera off';
  const placeholder = source && !isCamera ? source.label : idle;
  return (
    <DeviceSelect
      icon="camera"
      label="Camera"
      devices={cameras.value}
      current={isCamera ? (source.deviceId ?? '') : ''}
      placeholder={status.value === 'opening' ? 'Opening…' : placeholder}
      onChoose={(deviceId) => void open({ kind: 'camera', deviceId })}
    />
  );
}

function JoinButton({ takeOver }: { takeOver: boolean }) {
  const { stage } = useCall();
  const { current, progress } = useEffectStore();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    restoreFocus(button.current);
  }, []);
  const { loaded, total } = progress.value;
  const loading = current.value === null && total > 0;
  const joining = stage.value === 'joining';
  const ready = loading ? `Join (effect ${Math.round((100 * loaded) / total)} %)` : 'Join';
  return (
    <button ref={button} type="submit" class="button primary" aria-disabled={joining}>
      <Icon name="call" /> {joining ? 'Joining…' : takeOver ? 'Join here instead' : ready}
    </button>
  );
}
