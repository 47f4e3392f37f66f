import type { ConnectionQuality } from '../../call/peer/quality.ts';
import type { Member } from '../../call/room.ts';
import { formatBitrate } from '../base/format.ts';
import { usePreferences } from '../base/preferences-store.ts';
import { Switch } from '../ui/controls.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Popover } from '../ui/Popover.tsx';
import { useCall } from './call-store.ts';
import { describeConnection, displayName } from './describe-member.ts';
import { InviteLinkField } from './InviteLinkField.tsx';

export const PEOPLE_ID = 'people';

const UNKNOWN = '–';

/** Who is in the call, how they are connected, and what the host can do. */
export function PeoplePopover() {
  const { members, isHost, locked, lockWaits, serverConnected, refusal, toggleLock } = useCall();
  const { name } = usePreferences().current.value;
  return (
    <Popover id={PEOPLE_ID} label="People" class="people">
      <h2>People</h2>
      <InviteLinkField />
      {!serverConnected.value && (
        <p class="aside">
          {refusal.value ? 'The server hasn’t let you back in yet' : 'The server can’t be reached'}: nobody
          can join, be locked out or be removed.
        </p>
      )}
      {isHost.value && (
        <Switch
          label="Lock the call"
          hint="Nobody else can join"
          checked={locked.value || lockWaits.value}
          onChange={() => void toggleLock()}
        />
      )}
      {lockWaits.value && <p class="aside">Not locked yet: the server is asked until it is done.</p>}
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
          <MemberRow key={member.id} member={member} />
        ))}
      </ul>
    </Popover>
  );
}

function MemberRow({ member }: { member: Member }) {
  const { isHost } = useCall();
  const { name, host, muted, quality, link } = member;
  return (
    <li>
      <details>
        <summary>
          <span class="who">
            {displayName(name)} {host && <small>host</small>}
          </span>
          {muted && <Icon name="microphone-off" />}
          <span class="how">{describeConnection(member) ?? 'Good connection'}</span>
          <Icon name="chevron" />
        </summary>
        {link === 'unreachable' && (
          <p class="aside">
            Your network and theirs block the connection. Portoon keeps trying. Another network on either side
            may help, or a relay (TURN) on this server.
          </p>
        )}
        {link === 'refused' && (
          <p class="aside">
            No direct way leads to them, and the relay of this server refuses us. Portoon keeps trying.
            Another network on either side may help; otherwise the administrator of this Portoon has to repair
            the relay.
          </p>
        )}
        {quality && <ConnectionDetails quality={quality} />}
        {isHost.value && <RemoveButton member={member} />}
      </details>
    </li>
  );
}

function RemoveButton({ member: { id, name } }: { member: Member }) {
  const { locked, removeMember } = useCall();
  return (
    <>
      <button type="button" class="button" onClick={() => void removeMember(id)}>
        Remove {displayName(name)} from the call
      </button>
      {!locked.value && (
        <p class="aside">This also locks the call, so that the link doesn’t let them back in.</p>
      )}
    </>
  );
}

function ConnectionDetails({ quality }: { quality: ConnectionQuality }) {
  const { rtt, loss, received, sent, codec, width, height, fps, relayed } = quality;
  const rows = [
    ['round trip', rtt === null ? UNKNOWN : `${Math.round(rtt)} ms`],
    ['lost', loss === null ? UNKNOWN : `${(loss * 100).toFixed(1)} %`],
    ['received', received === null ? UNKNOWN : formatBitrate(received)],
    ['sent', sent === null ? UNKNOWN : formatBitrate(sent)],
    ['picture', width && height ? `${width} × ${height}, ${Math.round(fps ?? 0)} fps` : UNKNOWN],
    ['codec', codec ?? UNKNOWN],
    ['route', relayed === null ? UNKNOWN : relayed ? 'through a relay' : 'direct'],
  ] as const;
  return (
    <dl>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
