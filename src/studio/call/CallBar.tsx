import { useEffect, useRef } from 'preact/hooks';
import { restoreFocus } from '../ui/focus.ts';
import { Icon } from '../ui/Icon.tsx';
import { useCall } from './call-store.ts';
import { CameraToggle, MicrophoneToggle } from './CallToggles.tsx';
import { PEOPLE_ID, PeoplePopover } from './PeoplePopover.tsx';

/** The controls that are needed most during a call. */
export function CallBar() {
  const { locked, leave } = useCall();
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The button in the lobby that had the focus is gone.
    restoreFocus(bar.current?.querySelector('button'));
  }, []);
  return (
    <div ref={bar} class="call-bar" role="toolbar" aria-label="Call">
      <MicrophoneToggle />
      <CameraToggle />
      <button type="button" class="call-tool" aria-label="People and link" popovertarget={PEOPLE_ID}>
        <Icon name="people" />
        {locked.value && <Icon name="lock" />}
      </button>
      <button type="button" class="call-tool leave" onClick={leave}>
        <Icon name="hang-up" /> <span>Leave</span>
      </button>
      <PeoplePopover />
    </div>
  );
}
