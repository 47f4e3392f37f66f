import { useLook } from '../look/look-store.ts';
import { useCopyLink } from '../share/copy-link.ts';
import { lookOfCall } from '../share/look-link.ts';
import { Icon } from '../ui/Icon.tsx';
import { LinkField } from '../ui/LinkField.tsx';
import { useCall } from './call-store.ts';
import { canShareLink, inviteLink, shareInviteLink } from './call-history.ts';

/** The link that lets others join, to copy or to share. They begin with this page's look. */
export function InviteLinkField() {
  const copyLink = useCopyLink();
  const { wanted } = useLook();
  const room = useCall().room.value;
  if (room === null) return null;
  const link = inviteLink(room) + lookOfCall(wanted.value);
  return (
    <LinkField label="Link to this call" link={link} onCopy={() => copyLink(link)}>
      {canShareLink() && (
        <button
          type="button"
          class="button"
          aria-label="Share the link"
          onClick={() => void shareInviteLink(link)}
        >
          <Icon name="share" />
        </button>
      )}
    </LinkField>
  );
}
