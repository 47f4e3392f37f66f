import { usePreferences } from '../base/preferences-store.ts';
import { useSource } from '../source/source-store.ts';
import { Icon } from '../ui/Icon.tsx';
import { LoadingProgress } from './LoadingProgress.tsx';
import { Portrait } from './Portrait.tsx';

const TITLE_ID = 'welcome-title';

/** The first thing that a new visitor sees: what Portoon does, and ways to start. */
export function Welcome() {
  const { current } = usePreferences();
  const { open, chooseVideo } = useSource();
  const first = !current.value.welcomed;
  return (
    <section class="card welcome" aria-labelledby={TITLE_ID}>
      <Portrait />
      <div class="words">
        <h2 id={TITLE_ID}>{first ? 'You, as a cartoon. Live.' : 'Welcome back'}</h2>
        <p>
          {first
            ? 'Portoon turns the person in front of the camera into a cartoon and leaves the room around them real.'
            : 'Choose what to show.'}
        </p>
        <p class="private">
          <Icon name="shield" />
          <span>
            Nothing leaves this computer unless you call somebody or go on air: the picture is processed in
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
        <LoadingProgress />
      </div>
    </section>
  );
}
