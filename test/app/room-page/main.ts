/** A call without the studio. `window.steered` is what tests use to control and inspect it. */
import { PortoonError } from '../../../src/common/errors.ts';
import { Room, type Member } from '../../../src/call/room.ts';

/** A member, without what cannot be sent to a test. */
export type Seen = Pick<Member, 'id' | 'name' | 'host' | 'muted' | 'camera' | 'link'>;

interface Steered {
  /** Joins, and says `none` or the code with which it was refused. */
  join: (room: string, name?: string) => Promise<string>;
  tell: (state: { name?: string; muted?: boolean; camera?: boolean }) => Promise<string>;
  lock: (locked: boolean) => Promise<string>;
  remove: (id: string) => Promise<string>;
  leave: () => void;
  members: () => Seen[];
  host: () => boolean;
  /** Whether the room is locked, and whether a lock waits for the server. */
  locked: () => { locked: boolean; waits: boolean };
  signalling: () => boolean;
  /**
   * The code with which the relay refuses this page, if that prevents a connection; otherwise
   * `none`.
   */
  relayFault: () => string;
  /** What the room reported: members who came and went, and its end. */
  events: string[];
}

declare global {
  interface Window {
    steered: Steered;
  }
}

let room: Room | null = null;
const events: string[] = [];

/**
 * The last state of each member. Every change is recorded as an event, even one that is undone at
 * once.
 */
const states = new Map<string, string>();

function noteStates(): void {
  for (const { id, name, muted, camera } of room?.members.values() ?? []) {
    const state = `${name} ${muted ? 'muted' : 'heard'} ${camera ? 'seen' : 'unseen'}`;
    const before = states.get(id);
    states.set(id, state);
    if (before !== undefined && before !== state) events.push(state);
  }
}

async function codeOf(done: Promise<void> | undefined): Promise<string> {
  try {
    await done;
    return 'none';
  } catch (error) {
    return error instanceof PortoonError ? error.code : String(error);
  }
}

window.steered = {
  join: (word, name = '') =>
    codeOf(
      Room.join({
        room: word,
        name,
        muted: false,
        camera: true,
        video: null,
        audio: null,
        onChange: noteStates,
        onJoined: (member) => events.push(`joined ${member.name}`),
        onLeft: (member) => events.push(`left ${member.name}`),
        onEnded: ({ code }) => events.push(`ended ${code}`),
      }).then((joined) => {
        room = joined;
        noteStates();
      }),
    ),
  tell: (state) => codeOf(room?.tell(state)),
  lock: (locked) => codeOf(room?.lock(locked)),
  remove: (id) => codeOf(room?.remove(id)),
  leave: () => room?.leave(),
  members: () =>
    [...(room?.members.values() ?? [])].map(({ id, name, host, muted, camera, link }) => ({
      ...{ id, name, host, muted, camera, link },
    })),
  host: () => room?.host ?? false,
  locked: () => ({ locked: room?.locked ?? false, waits: room?.lockWaits ?? false }),
  signalling: () => room?.signalling ?? false,
  relayFault: () => room?.relayFault?.code ?? 'none',
  events,
};
