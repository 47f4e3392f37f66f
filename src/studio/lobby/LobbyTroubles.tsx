import type { ComponentChildren } from 'preact';
import type { Fault } from '../../effect/index.ts';
import { useCall } from '../call/call-store.ts';
import { useCameraSwitch } from '../call/camera-switch-store.ts';
import { useMicrophone } from '../microphone/microphone-store.ts';
import { titleOf } from '../notices/error-titles.ts';
import type { NoticeAction } from '../notices/notices-store.ts';
import { useSource } from '../source/source-store.ts';
import { canRestart, useEffectStore } from '../stage/effect-store.ts';
import { describeJoining } from './describe-joining.ts';

/** Why there is no picture or no sound, in small print: a person can join without them. */
export function LobbyTroubles() {
  const { fatalFault, restartAction } = useEffectStore();
  const source = useSource();
  const microphone = useMicrophone();
  const join = useCall().joinFault.value;
  const effect = fatalFault.value;
  const camera = source.problem.value;
  const sound = microphone.fault.value;
  const joining = describeJoining(useCameraSwitch().sendsPicture.value, !microphone.off.value);
  const retrySound = { label: 'Try again', run: () => void microphone.open() };
  return (
    <div class="troubles" role="alert">
      {join && (
        <Trouble fault={join} withCode>
          {join.message} {join.wayOut}
        </Trouble>
      )}
      {effect && (
        <Trouble fault={effect} actions={canRestart(effect) ? [restartAction] : []} withCode>
          {effect.message}
        </Trouble>
      )}
      {camera && (
        <Trouble fault={camera.fault} actions={source.actionsFor(camera)}>
          {camera.fault.wayOut}
        </Trouble>
      )}
      {sound && (
        <Trouble fault={sound} actions={[retrySound]}>
          {sound.wayOut}
        </Trouble>
      )}
      {(effect ?? camera ?? sound) && joining && <p>{joining}</p>}
    </div>
  );
}

interface TroubleProps {
  fault: Fault;
  actions?: readonly NoticeAction[];
  withCode?: boolean;
  children: ComponentChildren;
}

function Trouble({ fault, actions = [], withCode, children }: TroubleProps) {
  return (
    <p>
      <strong>{titleOf(fault.code)}.</strong> {children}{' '}
      {actions.map(({ label, run }) => (
        <button key={label} type="button" class="link" onClick={run}>
          {label}
        </button>
      ))}{' '}
      {withCode && <code>{fault.code}</code>}
    </p>
  );
}
