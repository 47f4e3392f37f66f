import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Icon } from './icons.tsx';
import { SHORTCUTS } from './keys.ts';
import { IconButton } from './parts.tsx';
import { helpOpen } from './state.ts';

/** What Portoon is and which keys it knows. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);

  useSignalEffect(() => {
    if (helpOpen.value) dialog.current?.showModal();
    else dialog.current?.close();
  });
  const close = () => {
    helpOpen.value = false;
  };

  return (
    <dialog
      class="help"
      ref={dialog}
      aria-labelledby="help-title"
      onClose={close}
      onClick={(event) => {
        // Its padding belongs to the inner box, so a click on the dialog itself is one on the backdrop.
        if (event.target === event.currentTarget) close();
      }}
    >
      <div class="help-box">
        <header class="panel-head">
          <h2 id="help-title">Shortcuts</h2>
          <IconButton icon="close" label="Close help" onClick={close} />
        </header>
        <dl>
          {SHORTCUTS.map(({ shown, does }) => (
            <div key={does}>
              <dt>{does}</dt>
              <dd>{shown.map((key) => (key === '…' ? key : <kbd key={key}>{key}</kbd>))}</dd>
            </div>
          ))}
        </dl>
        <p>
          Clips are written on this machine as they are recorded: after a crash they are found again on the
          next visit.
        </p>
        <p>
          Drop a video anywhere to play it, several to convert them, or a picture to stand in front of it.
        </p>
        <p class="private">
          <Icon name="shield" /> The effect runs in this window. Only in a call does the picture leave this
          machine, and then it goes to the people in it.
        </p>
      </div>
    </dialog>
  );
}
