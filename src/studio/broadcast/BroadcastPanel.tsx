import { IconButton } from '../ui/controls.tsx';
import { Popover } from '../ui/Popover.tsx';
import { BROADCAST_ID } from './broadcast-labels.ts';
import { MediaServerForm } from './MediaServerForm.tsx';
import { ObsSection } from './ObsSection.tsx';

/** Ways to show the stage to many people: in OBS, or through a media server. */
export function BroadcastPanel() {
  return (
    <Popover id={BROADCAST_ID} label="Broadcast" class="broadcast">
      <div class="broadcast-head">
        <h2>Broadcast</h2>
        <IconButton
          icon="close"
          label="Close"
          onClick={() => document.getElementById(BROADCAST_ID)?.hidePopover()}
        />
      </div>
      <ObsSection />
      <MediaServerForm />
    </Popover>
  );
}
