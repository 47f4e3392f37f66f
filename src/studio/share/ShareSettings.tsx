import { useLook } from '../look/look-store.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Section } from '../ui/controls.tsx';
import { useCopyLink } from './copy-link.ts';
import { lookLink } from './look-link.ts';

/** Copies a link to the studio with the look that it has now. */
export function ShareSettings() {
  const { wanted } = useLook();
  const copyLink = useCopyLink('Link to this look copied');
  return (
    <Section title="Share">
      <div class="row">
        <CopyButton label="Copy link to this look" onCopy={() => copyLink(lookLink(wanted.peek()))} />
      </div>
    </Section>
  );
}
