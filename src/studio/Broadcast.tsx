import { useId } from 'preact/hooks';
import {
  broadcast,
  broadcastFault,
  broadcastToken,
  hurryBroadcast,
  onAir,
  RATES,
  rememberToken,
  setRate,
  setSound,
  setToken,
  startBroadcast,
  stopBroadcast,
  type Broadcast as Going,
} from './broadcast.ts';
import { Icon } from './icons.tsx';
import { viewers } from './obs.ts';
import { Obs } from './Obs.tsx';
import { titleOf } from './notices.ts';
import { IconButton, Segmented, Switch } from './parts.tsx';
import { choices, choose } from './state.ts';
import type { Fault } from '../effect/protocol.ts';

const PANEL = 'broadcast';
const RATE_OPTIONS = RATES.map((value) => ({ value, label: `${value} Mbit/s` }));
const WORDS: Record<Going['state'], string> = {
  connecting: 'Connecting…',
  live: 'On air',
  reconnecting: 'Off air, trying again…',
};

/** Opens or closes the panel, as its key does. */
export function toggleBroadcastPanel(): void {
  document.getElementById(PANEL)?.togglePopover();
}

/** Opens the panel; in red while the page is on air. */
export function BroadcastButton() {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={onAir.value ? 'Broadcast: on air' : 'Broadcast'}
      aria-keyshortcuts="O"
      data-hint="Broadcast  (O)"
      data-on-air={onAir.value || viewers.value.length > 0 || undefined}
      popovertarget={PANEL}
    >
      <Icon name="broadcast" />
    </button>
  );
}

/** Beside the page's state for as long as others may be watching. */
export function OnAir() {
  const going = broadcast.value;
  const watched = viewers.value.length > 0;
  if (!going && !watched) return null;
  return (
    <button
      type="button"
      class="chip on-air"
      data-live={onAir.value || (watched && !going) || undefined}
      popovertarget={PANEL}
    >
      <span class="dot" aria-hidden="true" />
      <span>{going ? WORDS[going.state] : 'In OBS'}</span>
    </button>
  );
}

function Trouble({ fault }: { fault: Fault }) {
  return (
    <p class="trouble">
      <strong>{titleOf(fault.code)}.</strong> {fault.message} {fault.wayOut} <code>{fault.code}</code>
    </p>
  );
}

function State({ going }: { going: Going }) {
  const { state, fault, sending } = going;
  const { bitrate = null, width = null, height = null, fps = null, codec = null, sizes = 0 } = sending ?? {};
  const parts = [
    bitrate === null ? null : `${(bitrate / 1e6).toFixed(1)} Mbit/s`,
    width === null || height === null ? null : `${width} × ${height}`,
    fps === null ? null : `${Math.round(fps)} fps`,
    codec,
    sizes > 1 ? `${sizes} sizes` : null,
  ];
  return (
    <div class="state" data-live={state === 'live' || undefined}>
      <strong>
        <span class="dot" aria-hidden="true" /> {WORDS[state]}
      </strong>
      {state === 'live' && <span class="sent">{parts.filter((part) => part !== null).join(' · ')}</span>}
      {fault && (
        <>
          <Trouble fault={fault} />
          <button type="button" class="button" onClick={hurryBroadcast}>
            <Icon name="reset" /> Try now
          </button>
        </>
      )}
    </div>
  );
}

function Address() {
  const { broadcastUrl, broadcastSimulcast } = choices.value;
  const hint = useId();
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
          aria-describedby={hint}
          value={broadcastUrl}
          onInput={(event) => {
            choose({ broadcastUrl: event.currentTarget.value.trim() });
          }}
        />
      </label>
      <label class="field">
        <span>Token</span>
        <input
          type="password"
          name="token"
          autocomplete="off"
          value={broadcastToken.value}
          onInput={(event) => {
            setToken(event.currentTarget.value.trim());
          }}
        />
      </label>
      <Switch
        label="Remember the token"
        hint="In plain text, in this browser"
        checked={choices.value.broadcastKeepsToken}
        onChange={() => {
          rememberToken(!choices.value.broadcastKeepsToken);
        }}
      />
      <Switch
        label="Smaller sizes as well"
        hint="For viewers on slow lines, where the server takes simulcast"
        checked={broadcastSimulcast}
        onChange={() => {
          choose({ broadcastSimulcast: !broadcastSimulcast });
        }}
      />
      <p id={hint} class="aside">
        Picture and sound go to this media server, and from there to everyone who may watch. Both come from
        whoever runs it.
      </p>
    </>
  );
}

/** One to many: where to send the stage to, and how that goes. */
export function Broadcast() {
  const going = broadcast.value;
  const fault = broadcastFault.value;
  const { broadcastRate, broadcastSound } = choices.value;
  return (
    <div class="broadcast" id={PANEL} popover="auto" role="dialog" aria-label="Broadcast">
      <header>
        <h2>Broadcast</h2>
        <IconButton
          icon="close"
          label="Close"
          onClick={() => document.getElementById(PANEL)?.hidePopover()}
        />
      </header>
      <Obs trouble={(fault) => <Trouble fault={fault} />} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (going) stopBroadcast();
          else void startBroadcast();
        }}
      >
        <h3>Media server</h3>
        {!going && <Address />}
        <div role="status">
          {going && <State going={going} />}
          {fault && <Trouble fault={fault} />}
        </div>
        <Switch label="Microphone" checked={broadcastSound} onChange={() => void setSound(!broadcastSound)} />
        <Segmented
          label="Most that is sent"
          options={RATE_OPTIONS}
          value={broadcastRate}
          onChange={setRate}
        />
        <button type="submit" class={going ? 'button stop' : 'button primary'}>
          {going ? 'Go off air' : 'Go on air'}
        </button>
      </form>
    </div>
  );
}
