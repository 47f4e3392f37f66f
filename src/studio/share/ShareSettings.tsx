import { copyText } from '../base/clipboard.ts';
import { usePage } from '../base/page-store.ts';
import { useLook } from '../look/look-store.ts';
import { useNotices } from '../notices/notices-store.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Section } from '../ui/controls.tsx';
import { lookLink } from './look-link.ts';

/** Copies a link to the studio with the look that it has now. */
export function ShareSettings() {
  const { wanted } = useLook();
  const { announce } = usePage();
  const { show } = useNotices();
  const copy = async () => {
    const link = lookLink(wanted.peek());
    const copied = await copyText(link);
    if (copied) announce('Link to this look copied');
    else
      show({
        topic: 'link',
        tone: 'problem',
        title: 'The link was not copied',
        text: `The browser doesn’t allow it. This is the link: ${link}`,
        stays: true,
      });
    return copied;
  };
  return (
    <Section title="Share">
      <div class="row">
        <CopyButton label="Copy link to this look" onCopy={copy} />
      </div>
    </Section>
  );
}
