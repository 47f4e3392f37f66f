import { usePreferences } from '../base/preferences-store.ts';
import { IconButton, Switch } from '../ui/controls.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Icon } from '../ui/Icon.tsx';
import type { Shortcut } from './shortcut.ts';
import { useWindow } from './window-store.ts';

const TITLE_ID = 'help-title';

/** The shortcuts, and what a person may want to know before they trust Portoon. */
export function HelpDialog({ shortcuts }: { shortcuts: readonly Shortcut[] }) {
  const { helpOpen } = useWindow();
  const close = () => {
    helpOpen.value = false;
  };
  return (
    <Dialog open={helpOpen.value} titleId={TITLE_ID} class="help" closesOnBackdrop onClose={close}>
      <div class="help-box">
        <div class="panel-head">
          <h2 id={TITLE_ID}>Shortcuts</h2>
          <IconButton icon="close" label="Close help" onClick={close} />
        </div>
        <ShortcutSwitch />
        <dl>
          {shortcuts.map(({ shown, does }) => (
            <div key={does}>
              <dt>{does}</dt>
              <dd>{shown.map((name) => (name === '…' ? name : <kbd key={name}>{name}</kbd>))}</dd>
            </div>
          ))}
        </dl>
        <p>
          Clips are saved to this browser while they are recorded. After a crash you find them here on your
          next visit.
        </p>
        <p>
          Drop a video anywhere to play it, several videos to convert them, or an image to use as your
          background.
        </p>
        <p class="private">
          <Icon name="shield" /> The effect runs in this window. The picture leaves this computer only if you
          call somebody, go on air or turn on the OBS link.
        </p>
      </div>
    </Dialog>
  );
}

/** For people whose speech input or whose hands press keys by mistake. */
function ShortcutSwitch() {
  const { current, update } = usePreferences();
  const { shortcuts } = current.value;
  return (
    <Switch
      label="One-key shortcuts"
      hint="Turn them off if speech input or a stray key sets them off"
      checked={shortcuts}
      onChange={() => {
        update({ shortcuts: !shortcuts });
      }}
    />
  );
}
