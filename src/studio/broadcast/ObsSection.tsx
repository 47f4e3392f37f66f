import { MAX_VIEWERS } from '../../call/link.ts';
import type { Viewer } from '../../call/viewer-publisher.ts';
import { usePreferences } from '../base/preferences-store.ts';
import { useLook } from '../look/look-store.ts';
import { useCopyLink } from '../share/copy-link.ts';
import { obsCameraLink } from '../share/look-link.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Segmented, Switch } from '../ui/controls.tsx';
import { LinkField } from '../ui/LinkField.tsx';
import { FaultNote } from './FaultNote.tsx';
import { useObs, type ObsLinkState } from './obs-store.ts';
import { ObsDrawing } from './ObsDrawing.tsx';

const STATE_SENTENCES: Record<Exclude<ObsLinkState, 'off'>, string> = {
  elsewhere: 'Another tab of this browser answers this link. This one takes over when that closes.',
  connecting: 'Connecting to the server…',
  ready: 'Ready. Nobody has the link open.',
};
const PICTURE_OPTIONS = [
  { value: 'alone', label: 'Person alone' },
  { value: 'stage', label: 'As on the stage' },
] as const;

/** The link for OBS, and who has it open. */
export function ObsSection() {
  const obs = useObs();
  const { obsOn } = usePreferences().current.value;
  const link = obs.link.value;
  return (
    <section class="obs" aria-label="OBS">
      <Switch
        label="OBS link"
        hint="Shows you in OBS, on this computer or another one"
        checked={obsOn}
        onChange={obs.toggle}
      />
      {obsOn && link !== null && <LinkDetails link={link} />}
    </section>
  );
}

function LinkDetails({ link }: { link: string }) {
  const obs = useObs();
  const copyLink = useCopyLink();
  const { current, update } = usePreferences();
  const { obsAlpha, obsSound } = current.value;
  const { wanted } = useLook();
  return (
    <>
      <LinkField label="Link for OBS" link={link} onCopy={() => copyLink(link)} />
      <ObsDrawing />
      <Segmented
        label="What OBS shows"
        options={PICTURE_OPTIONS}
        value={obsAlpha ? 'alone' : 'stage'}
        onChange={(value) => {
          update({ obsAlpha: value === 'alone' });
        }}
      />
      <Switch
        label="Send the microphone"
        hint="OBS on this computer has it already"
        checked={obsSound}
        onChange={obs.toggleSound}
      />
      <ViewerStatus />
      <p class="aside">
        The link stays the same. Anyone who has it can see you while this page is open and the link is on.{' '}
        <button type="button" class="text-button" onClick={obs.renew}>
          Make a new link
        </button>
      </p>
      <p class="aside">OBS can also draw a camera of its own, without this page.</p>
      <div class="row">
        <CopyButton
          label="Copy a link with this look"
          onCopy={() => copyLink(obsCameraLink(wanted.peek()))}
        />
      </div>
    </>
  );
}

function ViewerStatus() {
  const obs = useObs();
  const state = obs.state.value;
  const fault = obs.fault.value;
  const viewers = obs.viewers.value;
  return (
    <div role="status">
      {fault && state !== 'ready' && <FaultNote fault={fault} />}
      {viewers.length > 0 ? (
        <ul class="state" data-live>
          {viewers.map((viewer) => (
            <li key={viewer.id}>
              <span class="dot" aria-hidden="true" /> {describeViewer(viewer)}
            </li>
          ))}
        </ul>
      ) : (
        state !== 'off' && !fault && <p class="aside">{STATE_SENTENCES[state]}</p>
      )}
      {viewers.length >= MAX_VIEWERS && (
        <p class="aside">
          That is as many as there can be. Another one waits until one of these closes the link.
        </p>
      )}
    </div>
  );
}

function describeViewer({ label, wants, link, quality }: Viewer): string {
  const name = label || 'OBS';
  if (link !== 'connected') return `${name}: connecting…`;
  if (wants.paused) return `${name}: hidden there, nothing is sent`;
  const sent = quality?.sent ?? null;
  return `${name}: ${sent === null ? 'shown' : `${(sent / 1e6).toFixed(1)} Mbit/s`}`;
}
