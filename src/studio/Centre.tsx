import type { ComponentChildren } from 'preact';
import { canRestart, fatalFault, progress, RESTART, theEffect } from './engine.ts';
import { Icon } from './icons.tsx';
import { Portrait } from './Portrait.tsx';
import { titleOf, type Action } from './notices.ts';
import { chooseVideo, open, openingKind, sourceActions, sourceProblem, sourceStatus } from './sources.ts';
import { choices } from './state.ts';
import type { Fault } from '../effect/protocol.ts';

const MEGA = 1e6;

/** Bytes that have arrived, as a bar and in words; its box has one height from the first byte to the last. */
function Progress() {
  const { loaded, total } = progress.value;
  const ready = theEffect.value !== null;
  const known = total > 0;
  const share = ready ? 1 : known ? Math.min(1, loaded / total) : 0;
  const words = ready
    ? 'Ready'
    : known && share < 1
      ? `Loading the effect: ${(loaded / MEGA).toFixed(1)} of ${(total / MEGA).toFixed(1)} MB`
      : 'Preparing the effect…';
  return (
    <div class="progress" data-ready={ready || undefined}>
      <div
        class="bar"
        role="progressbar"
        aria-label="Loading the effect"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={known || ready ? Math.round(share * 100) : undefined}
        data-unknown={(!known && !ready) || undefined}
      >
        <span style={{ '--share': String(share) }} />
      </div>
      <p>{words}</p>
    </div>
  );
}

function Card({ kind, children }: { kind: string; children: ComponentChildren }) {
  return <section class={`card ${kind}`}>{children}</section>;
}

function Welcome() {
  const first = !choices.value.welcomed;
  return (
    <Card kind="welcome">
      <Portrait />
      <div class="words">
        <h2>{first ? 'You, as a cartoon. Live.' : 'Welcome back'}</h2>
        <p>
          {first
            ? 'Portoon draws the person in front of the camera as a cartoon and leaves the room around them real.'
            : 'Choose where the picture comes from.'}
        </p>
        <p class="private">
          <Icon name="shield" />
          <span>
            Nothing leaves this machine unless you call somebody or go on air: the picture is worked on in
            this window.
          </span>
        </p>
        <div class="row">
          <button type="button" class="button primary" onClick={() => void open({ kind: 'camera' })}>
            <Icon name="camera" /> Use my camera
          </button>
          <button type="button" class="button" onClick={() => void open({ kind: 'demo' })}>
            <Icon name="play" /> Try the demo
          </button>
        </div>
        <p class="aside">
          or{' '}
          <button type="button" class="link" onClick={chooseVideo}>
            open a video
          </button>
        </p>
        <Progress />
      </div>
    </Card>
  );
}

function Problem({
  fault,
  actions,
  children,
}: {
  fault: Fault;
  actions: Action[];
  children?: ComponentChildren;
}) {
  return (
    <section class="card problem" role="alert">
      <span class="badge">
        <Icon name="warning" />
      </span>
      <h2>{titleOf(fault.code)}</h2>
      <p>{fault.message}</p>
      <p>{fault.wayOut}</p>
      {children}
      <div class="row">
        {actions.map(({ label, run }, index) => (
          <button key={label} type="button" class={index === 0 ? 'button primary' : 'button'} onClick={run}>
            {label}
          </button>
        ))}
      </div>
      <code>{fault.code}</code>
    </section>
  );
}

function engineActions(fault: Fault): Action[] {
  const reload = {
    label: 'Reload the page',
    run: () => {
      location.reload();
    },
  };
  return canRestart(fault) ? [RESTART, reload] : [reload];
}

/** What stands in the middle while there is no picture: the welcome, the progress or the problem. */
export function Centre() {
  const fatal = fatalFault.value;
  if (fatal) return <Problem fault={fatal} actions={engineActions(fatal)} />;

  const problem = sourceProblem.value;
  if (problem) {
    const { fault, request } = problem;
    return (
      <Problem fault={fault} actions={sourceActions(fault, request)}>
        {fault.code === 'ERR_CAMERA_MISSING' && <p class="aside">Watching for a camera…</p>}
      </Problem>
    );
  }
  if (sourceStatus.value === 'none') return <Welcome />;
  if (theEffect.value === null) {
    return (
      <Card kind="loading">
        <Progress />
      </Card>
    );
  }
  if (sourceStatus.value === 'opening') {
    return (
      <Card kind="loading">
        <p>
          {openingKind.value === 'camera' ? 'Opening the camera. If the browser asks, allow it.' : 'Opening…'}
        </p>
      </Card>
    );
  }
  return null;
}
