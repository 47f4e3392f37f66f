import { useEffect, useRef } from 'preact/hooks';
import { usePage } from '../base/page-store.ts';
import { OnAirChip } from '../broadcast/BroadcastButton.tsx';
import { useCall } from '../call/call-store.ts';
import { useConversions } from '../convert/conversions-store.ts';
import { RecordButton } from '../record/RecordButton.tsx';
import { useSource } from '../source/source-store.ts';
import { restoreFocus } from '../ui/focus.ts';
import { Icon } from '../ui/Icon.tsx';
import { useKeyName } from '../ui/key-name.ts';
import { Logo } from './Logo.tsx';
import { ToolButtons } from './ToolButtons.tsx';

/** Name and status on the left, the most used controls on the right. */
export function TopBar() {
  const { isOpen } = useCall();
  const failed = usePage().state.value === 'error';
  const started = useSource().status.value !== 'none' || isOpen.value;
  return (
    <header class="top">
      <h1 class="brand">
        <Logo />
        <span>Portoon</span>
      </h1>
      {started && <StatusChip />}
      <OnAirChip />
      {!isOpen.value && !failed && <ConvertButton />}
      <CallButton />
      {started && !failed && <RecordButton />}
      <ToolButtons started={started} />
    </header>
  );
}

function StatusChip() {
  const { state } = usePage();
  const { isIn, serverConnected } = useCall();
  const away = isIn.value && !serverConnected.value;
  const status = useStatus();
  return (
    <p
      class="chip"
      data-live={(state.value === 'running' && !away) || undefined}
      data-away={away || undefined}
    >
      <span class="dot" aria-hidden="true" />
      <span title={status}>{status}</span>
    </p>
  );
}

function useStatus(): string {
  const call = useCall();
  const source = useSource();
  const state = usePage().state.value;
  if (call.isIn.value) {
    if (call.refusal.value) return 'Not let back in';
    if (!call.serverConnected.value) return 'Server offline';
    const count = call.members.value.length;
    return count === 0 ? 'In a call · alone' : `In a call · ${count + 1}`;
  }
  if (state === 'error') return 'Stopped';
  if (call.isOpen.value) return 'Only you see this';
  if (source.status.value === 'opening') return 'Opening…';
  if (source.status.value === 'lost') return 'Paused';
  if (state !== 'running') return 'Starting…';
  const { kind, label } = source.current.value ?? {};
  return kind === 'camera' ? 'Live' : (label ?? 'Live');
}

function ConvertButton() {
  const { ask } = useConversions();
  const file = useSource().playingFile.value;
  if (!file) return null;
  return (
    <button
      type="button"
      class="button call-button convert-button"
      title="Convert film"
      onClick={() => {
        ask([file]);
      }}
    >
      <Icon name="film" /> <span>Convert film</span>
    </button>
  );
}

function CallButton() {
  const { isOpen, invite } = useCall();
  const failed = usePage().state.value === 'error';
  const keyName = useKeyName('C');
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(isOpen.value);
  useEffect(() => {
    // The button that ended the call is gone, and with it the focus.
    if (!isOpen.value && wasOpen.current) restoreFocus(button.current);
    wasOpen.current = isOpen.value;
  }, [isOpen.value]);
  if (isOpen.value || failed) return null;
  return (
    <button
      ref={button}
      type="button"
      class="button primary call-button"
      aria-keyshortcuts={keyName}
      onClick={() => void invite()}
    >
      <Icon name="call" /> <span>Call</span>
    </button>
  );
}
