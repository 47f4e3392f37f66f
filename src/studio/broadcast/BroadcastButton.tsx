import { Icon } from '../ui/Icon.tsx';
import { useKeyName } from '../ui/key-name.ts';
import { useBroadcast } from './broadcast-store.ts';
import { BROADCAST_ID, STATE_WORDS } from './broadcast-labels.ts';
import { useObs } from './obs-store.ts';

/** Opens the broadcast panel. It is red while the page is on air. */
export function BroadcastButton() {
  const { isLive } = useBroadcast();
  const { viewers } = useObs();
  const keyName = useKeyName('O');
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={isLive.value ? 'Broadcast: on air' : 'Broadcast'}
      aria-keyshortcuts={keyName}
      data-hint={keyName ? `Broadcast  (${keyName})` : 'Broadcast'}
      data-on-air={isLive.value || viewers.value.length > 0 || undefined}
      popovertarget={BROADCAST_ID}
    >
      <Icon name="broadcast" />
    </button>
  );
}

/** Says that others may be watching. */
export function OnAirChip() {
  const status = useBroadcast().status.value;
  const hasViewers = useObs().viewers.value.length > 0;
  if (!status && !hasViewers) return null;
  const live = status ? status.state === 'live' : hasViewers;
  return (
    <button type="button" class="chip on-air" data-live={live || undefined} popovertarget={BROADCAST_ID}>
      <span class="dot" aria-hidden="true" />
      <span>{status ? STATE_WORDS[status.state] : 'In OBS'}</span>
    </button>
  );
}
