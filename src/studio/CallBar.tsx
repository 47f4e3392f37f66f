import { useEffect, useRef } from 'preact/hooks';
import type { Member } from '../call/room.ts';
import type { Quality } from '../call/quality.ts';
import {
  isHost,
  leave,
  locked,
  members,
  nameOf,
  refusal,
  removeMember,
  signalling,
  toggleLock,
} from './call.ts';
import { CameraButton, MicrophoneButton } from './CallButtons.tsx';
import { CallLink } from './CallLink.tsx';
import { Icon } from './icons.tsx';
import { catchFocus, Switch } from './parts.tsx';
import { choices } from './state.ts';
import { linkWord } from './Tiles.tsx';

const unknown = '–';
const inMs = (ms: number | null) => (ms === null ? unknown : `${Math.round(ms)} ms`);
const inPercent = (share: number | null) => (share === null ? unknown : `${(share * 100).toFixed(1)} %`);
const inBits = (bits: number | null) =>
  bits === null
    ? unknown
    : bits >= 1e6
      ? `${(bits / 1e6).toFixed(1)} Mbit/s`
      : `${Math.round(bits / 1e3)} kbit/s`;

function details(quality: Quality): [what: string, value: string][] {
  const { rtt, loss, received, sent, codec, width, height, fps, relayed } = quality;
  return [
    ['round trip', inMs(rtt)],
    ['lost', inPercent(loss)],
    ['received', inBits(received)],
    ['sent', inBits(sent)],
    ['picture', width && height ? `${width} × ${height}, ${Math.round(fps ?? 0)} fps` : unknown],
    ['codec', codec ?? unknown],
    ['way', relayed === null ? unknown : relayed ? 'over a relay' : 'direct'],
  ];
}

function Someone({ member }: { member: Member }) {
  const { id, name, host, muted: silent, quality, link } = member;
  const called = nameOf(name);
  const word = linkWord(member) ?? 'Good connection';
  return (
    <li>
      <details>
        <summary>
          <span class="who">
            {called} {host && <small>host</small>}
          </span>
          {silent && <Icon name="microphone-off" />}
          <span class="how">{word}</span>
          <Icon name="chevron" />
        </summary>
        {link === 'unreachable' && (
          <p class="how">
            Your network and theirs let nothing through to each other. It is tried on and on; another network
            on either side may help, or a relay (TURN) on this server.
          </p>
        )}
        {quality && (
          <dl>
            {details(quality).map(([what, value]) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
        {isHost.value && (
          <>
            <button type="button" class="button" onClick={() => void removeMember(id)}>
              Remove {called} from the call
            </button>
            {!locked.value && <p class="aside">The call is locked then: its link would let them in again.</p>}
          </>
        )}
      </details>
    </li>
  );
}

/** Who is here and how they are connected; what the host may do. */
function People() {
  const { name } = choices.value;
  return (
    <div class="people" id="people" popover="auto" role="dialog" aria-label="People">
      <h2>People</h2>
      <CallLink />
      {!signalling.value && (
        <p class="aside">
          {refusal.value ? 'The server has not let you back in yet' : 'The server is away'}: nobody can be let
          in, locked out or removed.
        </p>
      )}
      {isHost.value && (
        <Switch
          label="Lock the call"
          hint="Nobody else can join"
          checked={locked.value}
          onChange={() => void toggleLock()}
        />
      )}
      {!isHost.value && locked.value && (
        <p class="locked">
          <Icon name="lock" /> The host has locked this call.
        </p>
      )}
      <ul>
        <li class="self">
          <span class="who">
            {name ? `${name} (you)` : 'You'} {isHost.value && <small>host</small>}
          </span>
        </li>
        {members.value.map((member) => (
          <Someone key={member.id} member={member} />
        ))}
      </ul>
    </div>
  );
}

/** What one reaches for in a call. */
export function CallBar() {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The lobby took the keyboard's place along.
    catchFocus(bar.current?.querySelector('button'));
  }, []);
  return (
    <div ref={bar} class="call-bar" role="toolbar" aria-label="Call">
      <MicrophoneButton />
      <CameraButton />
      <button type="button" class="call-tool" aria-label="People and link" popovertarget="people">
        <Icon name="people" />
        {locked.value && <Icon name="lock" />}
      </button>
      <button type="button" class="call-tool leave" onClick={leave}>
        <Icon name="hang-up" /> <span>Leave</span>
      </button>
      <People />
    </div>
  );
}
