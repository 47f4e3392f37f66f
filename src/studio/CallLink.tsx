import { canShare, copyLink, linkTo, room, shareLink } from './call.ts';
import { Icon } from './icons.tsx';
import { LinkField } from './LinkField.tsx';

/** The link that lets others in, to copy or to hand on. */
export function CallLink() {
  if (room.value === null) return null;
  return (
    <LinkField label="Link to this call" link={linkTo(room.value)} copy={copyLink}>
      {canShare && (
        <button type="button" class="button" aria-label="Share the link" onClick={() => void shareLink()}>
          <Icon name="share" />
        </button>
      )}
    </LinkField>
  );
}
