import { copyText } from '../base/clipboard.ts';
import { usePage } from '../base/page-store.ts';
import { useLook } from '../look/look-store.ts';
import { useNotices } from '../notices/notices-store.ts';
import { lookOfCall } from '../share/look-link.ts';
import { Icon } from '../ui/Icon.tsx';
import { LinkField } from '../ui/LinkField.tsx';
import { useCall } from './call-store.ts';
import { canShareLink, inviteLink, shareInviteLink } from './call-history.ts';

/** The link that lets others join, to copy or to share. They begin with this page's look. */
export function InviteLinkField() {
  const { announce } = usePage();
  const { show } = useNotices();
  const { wanted } = useLook();
  const room = useCall().room.value;
  if (room === null) return null;
  const link = inviteLink(room) + lookOfCall(wanted.value);
  const copy = async () => {
    const copied = await copyText(link);
    if (copied) announce('Link copied');
    else
      show({
        topic: 'link',
        tone: 'problem',
        title: 'The link was not copied',
        text: 'The browser doesn’t allow it. Select the link and copy it by hand.',
      });
    return copied;
  };
  return (
    <LinkField label="Link to this call" link={link} onCopy={copy}>
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
