import { useEffect, useRef } from 'preact/hooks';
import { MAX_NAME, nameSchema } from '../call/link.ts';
import * as v from 'valibot';
import { callFault, cameraOn, inviting, join, leave, microphoneFault, useMicrophone } from './call.ts';
import { canRestart, fatalFault, progress, RESTART, theEffect } from './engine.ts';
import { Icon } from './icons.tsx';
import { CameraButton, EffectButton, MicrophoneButton } from './CallButtons.tsx';
import { CallLink } from './CallLink.tsx';
import { DeviceSelect, MicrophoneSelect } from './DeviceSelect.tsx';
import { Meter } from './Meter.tsx';
import { titleOf } from './notices.ts';
import { cameras, open, source, sourceActions, sourceProblem, sourceStatus } from './sources.ts';
import { callStage, choices, choose } from './state.ts';
import { OwnTile } from './OwnTile.tsx';
import { catchFocus } from './parts.tsx';

/** What keeps picture or sound away, small: one can join all the same. */
function Trouble() {
  const effect = fatalFault.value;
  const camera = sourceProblem.value;
  const sound = microphoneFault.value;
  const fault = callFault.value;
  return (
    <div class="troubles" role="alert">
      {fault && (
        <p>
          <strong>{titleOf(fault.code)}.</strong> {fault.message} {fault.wayOut} <code>{fault.code}</code>
        </p>
      )}
      {effect && (
        <p>
          <strong>{titleOf(effect.code)}.</strong> {effect.message} Without it the others hear you and do not
          see you.{' '}
          {canRestart(effect) && (
            <button type="button" class="link" onClick={RESTART.run}>
              {RESTART.label}
            </button>
          )}{' '}
          <code>{effect.code}</code>
        </p>
      )}
      {camera && (
        <p>
          <strong>{titleOf(camera.fault.code)}.</strong> {camera.fault.wayOut}{' '}
          {sourceActions(camera.fault, camera.request).map(({ label, run }) => (
            <button key={label} type="button" class="link" onClick={run}>
              {label}
            </button>
          ))}
        </p>
      )}
      {sound && (
        <p>
          <strong>{titleOf(sound.code)}.</strong> {sound.wayOut}{' '}
          <button type="button" class="link" onClick={() => void useMicrophone()}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}

/** Before a call: how one looks and sounds, for oneself alone, and the way in. */
export function Lobby() {
  const name = useRef<HTMLInputElement>(null);
  const way = useRef<HTMLButtonElement>(null);
  const joining = callStage.value === 'joining';
  const elsewhere = callFault.value?.code === 'ERR_CALL_ELSEWHERE';
  const invites = inviting.value;
  useEffect(() => {
    // A phone's keyboard would cover the picture that one came to see.
    if (matchMedia('(hover: hover)').matches) name.current?.focus();
    else catchFocus(way.current);
  }, []);
  const { loaded, total } = progress.value;
  const loading = theEffect.value === null && total > 0 ? Math.round((100 * loaded) / total) : null;

  return (
    <div class="lobby">
      <OwnTile>
        <div class="on-tile" role="group" aria-label="What you bring">
          <MicrophoneButton />
          <CameraButton />
          <EffectButton />
        </div>
      </OwnTile>
      <form
        class="card lobby-card"
        onSubmit={(event) => {
          event.preventDefault();
          void join(elsewhere);
        }}
      >
        <header>
          <h2>{invites ? 'Start a call' : 'Join the call'}</h2>
          <p>
            {invites
              ? 'Send the link to a friend. They join from it, with nothing to install.'
              : 'Somebody sent you this link. Nobody sees or hears you before you join.'}
          </p>
        </header>
        {invites && <CallLink />}
        <label class="field">
          <span>Your name</span>
          <input
            ref={name}
            type="text"
            // What is remembered has no space at its end; what is being typed may have one.
            defaultValue={choices.value.name}
            maxLength={MAX_NAME}
            autocomplete="name"
            placeholder="Guest"
            onInput={(event) => {
              const read = v.safeParse(nameSchema, event.currentTarget.value);
              event.currentTarget.setCustomValidity(
                read.success ? '' : 'A name takes letters, signs and spaces, but no < and >.',
              );
              if (read.success) choose({ name: read.output });
            }}
          />
        </label>
        <div class="devices">
          <DeviceSelect
            icon="camera"
            label="Camera"
            list={cameras.value}
            current={source.value?.kind === 'camera' ? (source.value.deviceId ?? '') : ''}
            none={
              sourceStatus.value === 'opening'
                ? 'Opening…'
                : source.value && source.value.kind !== 'camera'
                  ? source.value.label
                  : cameraOn.value
                    ? 'Camera'
                    : 'Camera off'
            }
            onChoose={(deviceId) => void open({ kind: 'camera', deviceId })}
          />
          <MicrophoneSelect />
          <Meter />
        </div>
        <Trouble />
        <div class="row">
          <button ref={way} type="submit" class="button primary" aria-disabled={joining}>
            <Icon name="call" />{' '}
            {joining
              ? 'Joining…'
              : elsewhere
                ? 'Join here instead'
                : loading !== null
                  ? `Join (effect ${loading} %)`
                  : 'Join'}
          </button>
          <button type="button" class="button" onClick={leave}>
            {invites ? 'Cancel' : 'Not now'}
          </button>
        </div>
        <p class="private">
          <Icon name="shield" />
          <span>Picture and sound go from browser to browser, encrypted; no server sees them.</span>
        </p>
      </form>
    </div>
  );
}
