import { useSignal } from '@preact/signals';
import { canShare, copyLink, linkTo, room, shareLink } from './call.ts';
import { Icon } from './icons.tsx';

/** How long the button says that it has copied. */
const SAID_MS = 2000;

/** The link that lets others in, to copy or to hand on. */
export function CallLink() {
  const copied = useSignal(false);
  if (room.value === null) return null;
  return (
    <div class="call-link">
      <input
        type="text"
        readOnly
        aria-label="Link to this call"
        value={linkTo(room.value)}
        onFocus={(event) => {
          event.currentTarget.select();
        }}
      />
      <button
        type="button"
        class="button"
        onClick={() =>
          void copyLink().then((done) => {
            copied.value = done;
            setTimeout(() => {
              copied.value = false;
            }, SAID_MS);
          })
        }
      >
        <Icon name={copied.value ? 'check' : 'copy'} /> {copied.value ? 'Copied' : 'Copy'}
      </button>
      {canShare && (
        <button type="button" class="button" aria-label="Share the link" onClick={() => void shareLink()}>
          <Icon name="share" />
        </button>
      )}
    </div>
  );
}
