import type { ComponentChildren } from 'preact';
import type { Fault } from '../../effect/index.ts';
import { titleOf } from '../notices/error-titles.ts';
import type { NoticeAction } from '../notices/notices-store.ts';
import { useSource } from '../source/source-store.ts';
import { Icon } from '../ui/Icon.tsx';
import { canRestart, useEffectStore } from './effect-store.ts';
import { LoadingProgress } from './LoadingProgress.tsx';
import { Welcome } from './Welcome.tsx';

const RELOAD: NoticeAction = {
  label: 'Reload the page',
  run: () => {
    location.reload();
  },
};

/** Shown while there is no picture: the welcome, the loading progress or the problem. */
export function EmptyState() {
  const effect = useEffectStore();
  const source = useSource();
  const fatal = effect.fatalFault.value;
  const problem = source.problem.value;
  const status = source.status.value;
  if (fatal) {
    const actions = canRestart(fatal) ? [effect.restartAction, RELOAD] : [RELOAD];
    return <ProblemCard fault={fatal} actions={actions} />;
  }
  if (problem) {
    return (
      <ProblemCard fault={problem.fault} actions={source.actionsFor(problem)}>
        {problem.fault.code === 'ERR_CAMERA_MISSING' && (
          <p class="aside">Portoon starts as soon as a camera is connected.</p>
        )}
      </ProblemCard>
    );
  }
  if (status === 'none') return <Welcome />;
  if (effect.current.value === null) {
    return (
      <LoadingCard overPicture={source.current.value !== null}>
        <LoadingProgress />
      </LoadingCard>
    );
  }
  if (status === 'opening') {
    return (
      <LoadingCard>
        <p>
          {source.openingKind.value === 'camera'
            ? 'Opening the camera. If your browser asks, allow it.'
            : 'Opening…'}
        </p>
      </LoadingCard>
    );
  }
  return null;
}

interface LoadingCardProps {
  /** Whether the untouched picture is seen meanwhile; then the card leaves its middle free. */
  overPicture?: boolean;
  children: ComponentChildren;
}

function LoadingCard({ overPicture = false, children }: LoadingCardProps) {
  return (
    <section class="card loading" aria-label="Loading" data-low={overPicture || undefined}>
      {children}
    </section>
  );
}

interface ProblemCardProps {
  fault: Fault;
  actions: NoticeAction[];
  children?: ComponentChildren;
}

function ProblemCard({ fault, actions, children }: ProblemCardProps) {
  const title = titleOf(fault.code);
  return (
    <section class="card problem" role="alert">
      <span class="badge">
        <Icon name="warning" />
      </span>
      <h2>{title}</h2>
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
