import { useId } from 'preact/hooks';
import { usePreferences } from '../base/preferences-store.ts';
import { Segmented, Switch } from '../ui/controls.tsx';
import { Icon } from '../ui/Icon.tsx';
import { BITRATES, useBroadcast, type BroadcastStatus } from './broadcast-store.ts';
import { STATE_WORDS } from './broadcast-labels.ts';
import { FaultNote } from './FaultNote.tsx';

const RATE_OPTIONS = BITRATES.map((value) => ({ value, label: `${value} Mbit/s` }));

/** Where to broadcast to, and how that is going. */
export function MediaServerForm() {
  const { status, fault, start, stop, setSound, setBitrate: setRate } = useBroadcast();
  const { broadcastBitrate, broadcastSound } = usePreferences().current.value;
  const current = status.value;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (current) stop();
        else void start();
      }}
    >
      <h3>Media server</h3>
      {!current && <ServerFields />}
      <div role="status">
        {current && <StatusCard status={current} />}
        {fault.value && <FaultNote fault={fault.value} />}
      </div>
      <Switch label="Microphone" checked={broadcastSound} onChange={() => void setSound(!broadcastSound)} />
      <Segmented label="Maximum bitrate" options={RATE_OPTIONS} value={broadcastBitrate} onChange={setRate} />
      <button type="submit" class={current ? 'button stop' : 'button primary'}>
        {current ? 'Go off air' : 'Go on air'}
      </button>
    </form>
  );
}

function StatusCard({ status: { state, fault, sending } }: { status: BroadcastStatus }) {
  const { retryNow } = useBroadcast();
  const live = state === 'live';
  return (
    <div class="state" data-live={live || undefined}>
      <strong>
        <span class="dot" aria-hidden="true" /> {STATE_WORDS[state]}
      </strong>
      {live && <span class="sent">{describeSending(sending)}</span>}
      {fault && (
        <>
          <FaultNote fault={fault} />
          <button type="button" class="button" onClick={retryNow}>
            <Icon name="reset" /> Try now
          </button>
        </>
      )}
    </div>
  );
}

function describeSending(sending: BroadcastStatus['sending']): string {
  if (!sending) return '';
  const { bitrate, width, height, fps, codec, sizes } = sending;
  const parts = [
    bitrate === null ? null : `${(bitrate / 1e6).toFixed(1)} Mbit/s`,
    width === null || height === null ? null : `${width} × ${height}`,
    fps === null ? null : `${Math.round(fps)} fps`,
    codec,
    sizes > 1 ? `${sizes} sizes` : null,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

function ServerFields() {
  const { current, update } = usePreferences();
  const { token, setToken, rememberToken } = useBroadcast();
  const { broadcastUrl, broadcastSimulcast, broadcastKeepsToken } = current.value;
  const hintId = useId();
  return (
    <>
      <label class="field">
        <span>WHIP address</span>
        <input
          type="url"
          name="whip"
          required
          autocomplete="off"
          spellcheck={false}
          placeholder="https://media.example.org/whip/…"
          aria-describedby={hintId}
          value={broadcastUrl}
          onInput={(event) => {
            update({ broadcastUrl: event.currentTarget.value.trim() });
          }}
        />
      </label>
      <label class="field">
        <span>Token</span>
        <input
          type="password"
          name="token"
          autocomplete="off"
          value={token.value}
          onInput={(event) => {
            setToken(event.currentTarget.value.trim());
          }}
        />
      </label>
      <Switch
        label="Remember the token"
        hint="Stored in this browser as plain text"
        checked={broadcastKeepsToken}
        onChange={() => {
          rememberToken(!broadcastKeepsToken);
        }}
      />
      <Switch
        label="Send smaller sizes too"
        hint="For viewers on slow connections, if the server supports simulcast"
        checked={broadcastSimulcast}
        onChange={() => {
          update({ broadcastSimulcast: !broadcastSimulcast });
        }}
      />
      <p id={hintId} class="aside">
        Picture and sound go to this media server, and from there to everyone who is allowed to watch. Whoever
        runs the server gives you the address and the token.
      </p>
    </>
  );
}
