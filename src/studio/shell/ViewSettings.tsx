import { capitalize } from '../base/format.ts';
import { usePage } from '../base/page-store.ts';
import { THEMES } from '../base/preferences.ts';
import { usePreferences } from '../base/preferences-store.ts';
import { useCall } from '../call/call-store.ts';
import { useBackground } from '../look/background-store.ts';
import { useLook } from '../look/look-store.ts';
import { resetLook } from '../look/reset-look.ts';
import { useNotices } from '../notices/notices-store.ts';
import { useStyles } from '../look/styles-store.ts';
import { useMirror } from '../source/mirror-store.ts';
import { useStatistics } from '../stage/statistics-store.ts';
import { Section, Segmented, Switch } from '../ui/controls.tsx';
import { Icon } from '../ui/Icon.tsx';
import { useWindow } from './window-store.ts';

const THEME_OPTIONS = THEMES.map((value) => ({ value, label: capitalize(value) }));

/** How the page itself looks, for this person alone. */
export function ViewSettings() {
  const { mirrored, toggle: toggleMirror } = useMirror();
  const { shown, toggle: toggleStatistics } = useStatistics();
  const { hideControls } = useWindow();
  const { isOpen } = useCall();
  const { current, update } = usePreferences();
  return (
    <Section title="View">
      <Switch
        label="Mirror"
        // In a call this key mutes the microphone.
        {...(!isOpen.value && { keyName: 'M' })}
        checked={mirrored.value}
        onChange={toggleMirror}
      />
      <Switch label="Statistics" keyName="S" checked={shown.value} onChange={toggleStatistics} />
      <Segmented
        label="Theme"
        options={THEME_OPTIONS}
        value={current.value.theme}
        onChange={(theme) => {
          update({ theme });
        }}
      />
      <div class="row">
        <button type="button" class="button" onClick={hideControls}>
          <Icon name="hide" /> Hide controls
        </button>
        <ResetButton />
      </div>
    </Section>
  );
}

function ResetButton() {
  const preferences = usePreferences();
  const page = usePage();
  const notices = useNotices();
  const look = useLook();
  const styles = useStyles();
  const background = useBackground();
  return (
    <button
      type="button"
      class="button"
      onClick={() => {
        resetLook({ preferences, page, notices, look, styles, background });
      }}
    >
      <Icon name="reset" /> Reset the look
    </button>
  );
}
