import { computed, effect as watch, signal } from '@preact/signals';
import type { Member, RoomOptions } from '../../call/room.ts';
import { faultOf, PortoonError } from '../../common/errors.ts';
import type { Fault } from '../../effect/index.ts';
import { ignoreRejection } from '../base/ignore-rejection.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import { inviteLink } from './call-history.ts';
import type { CallNeeds, JoinedRoom } from './call-needs.ts';
import { CallNotices } from './call-notices.ts';

/** Where this page is on its way into a call. */
type CallStage = 'none' | 'lobby' | 'joining' | 'in';

/** A call, from its lobby to its end. */
export class CallStore {
  readonly stage;
  readonly isIn = computed(() => this.stage.value === 'in');
  /** Whether a call or its lobby is open. */
  readonly isOpen = computed(() => this.stage.value !== 'none');
  readonly room;
  /** Whether the person starts this call, and does not join one by a link. */
  readonly inviting = signal(false);
  readonly members = signal<readonly Member[]>([]);
  readonly isHost = signal(false);
  readonly locked = signal(false);
  /** Whether the server could not lock the call at once, and is asked for it again. */
  readonly lockWaits = signal(false);
  /** Without the server the call goes on, but nobody can join, be locked out or be removed. */
  readonly serverConnected = signal(true);
  /** Why the server doesn't let this page back in. The call goes on, and the page keeps asking. */
  readonly refusal = signal<Fault | null>(null);
  /** Why joining did not work. */
  readonly joinFault = signal<Fault | null>(null);
  /** Whether everyone's sound is recorded here. They have been told. */
  readonly recordsCall = signal(false);

  private readonly callNotices: CallNotices;
  private joined: JoinedRoom | null = null;
  private releaseRoom: (() => void) | null = null;

  constructor(private readonly needs: CallNeeds) {
    this.room = signal<string | null>(needs.roomOfLink ?? null);
    this.stage = signal<CallStage>(needs.roomOfLink === undefined ? 'none' : 'lobby');
    this.callNotices = new CallNotices(needs);
  }

  /** Sends what the page shows from now on, and opens the lobby of a link. */
  start(): void {
    const { preferences, output, microphone, camera, history, notices } = this.needs;
    const name = computed(() => preferences.current.value.name);
    watch(() => {
      const track = output.track.value;
      this.joined?.setVideo(track).catch((error: unknown) => {
        notices.showError('call', error);
      });
    });
    watch(() => {
      const state = { name: name.value, muted: microphone.off.value, camera: camera.sendsPicture.value };
      // If the server is unreachable, the others are told when this page rejoins.
      if (this.joined) ignoreRejection(this.joined.tell(state));
    });
    history.onNavigate((room) => {
      if (room === this.room.value) return;
      if (this.isOpen.value) {
        this.hangUp();
        this.end();
      }
      if (room !== null) this.openLobby(room, this.needs.ownsRoom(room));
    });
    if (this.stage.value === 'lobby') void microphone.open();
  }

  /** Starts a new call: opens its lobby. */
  readonly invite = async (): Promise<void> => {
    if (this.isOpen.value) return;
    const room = await this.needs.createRoom();
    // Pressed twice.
    if (this.isOpen.peek()) return;
    this.needs.history.push(inviteLink(room));
    this.openLobby(room, true);
    this.needs.page.announce('New call. Choose how you look, then join.');
  };

  private openLobby(room: string, inviting: boolean): void {
    const { source, microphone } = this.needs;
    this.room.value = room;
    this.inviting.value = inviting;
    this.stage.value = 'lobby';
    this.joinFault.value = null;
    if (source.current.value === null && source.status.value !== 'opening')
      void source.open({ kind: 'camera' });
    void microphone.open();
  }

  /**
   * Joins the room of the lobby and shows what goes wrong; never rejects.
   * @param takeOver - whether to take the call over from another tab of this browser.
   */
  readonly join = async (takeOver = false): Promise<void> => {
    const room = this.room.value;
    if (room === null || this.stage.value !== 'lobby') return;
    this.stage.value = 'joining';
    this.joinFault.value = null;
    this.needs.output.wantedByCall.value = true;
    try {
      if (!(await this.hold(room, takeOver))) return;
      await this.enter(room);
    } catch (error) {
      if (this.room.value !== room) return;
      this.backToLobby(faultOf(error));
    }
  };

  /** Whether this page still wants the room. */
  private async hold(room: string, takeOver: boolean): Promise<boolean> {
    const release = await this.needs.acquireTabLock(room, takeOver, () => {
      if (this.room.value !== room) return;
      this.joined?.leave();
      this.drop(inOtherTab('You joined it there.', 'Continue there, or call again here.'));
    });
    if (this.room.value !== room) {
      release?.();
      return false;
    }
    this.releaseRoom = release;
    if (!release) throw inOtherTab('You are in it already.', 'Continue there, or join here instead.');
    return true;
  }

  private async enter(room: string): Promise<void> {
    const { page, output, microphone, joinRoom } = this.needs;
    const joined = await joinRoom(this.roomOptions(room));
    // The person left while the page was joining.
    if (this.room.value !== room) {
      joined.leave();
      return;
    }
    this.joined = joined;
    // Camera and microphone may have changed meanwhile.
    await Promise.all([
      joined.setVideo(output.track.value),
      joined.setAudio(microphone.current.value?.track ?? null),
    ]);
    // The person left or was removed during this last step.
    if (this.joined !== joined) return;
    this.stage.value = 'in';
    this.onRoomChanged();
    const alone = this.members.value.length === 0;
    if (alone && !this.needs.ownsRoom(room)) this.callNotices.isAlone();
    page.announce(alone ? 'You are in the call. Nobody else is here yet.' : 'You are in the call');
  }

  private roomOptions(room: string): RoomOptions {
    const { preferences, output, microphone, camera } = this.needs;
    return {
      room,
      name: preferences.current.value.name,
      muted: microphone.off.value,
      camera: camera.sendsPicture.value,
      video: output.track.value,
      audio: microphone.current.value?.track ?? null,
      onChange: () => {
        this.onRoomChanged();
      },
      onJoined: (member) => {
        this.callNotices.joined(member);
      },
      onLeft: (member) => {
        this.callNotices.left(member);
      },
      onEnded: (error) => {
        this.drop(error);
      },
    };
  }

  private backToLobby(fault: Fault): void {
    this.joined?.leave();
    this.joined = null;
    this.stage.value = 'lobby';
    this.needs.output.wantedByCall.value = false;
    this.releaseRoom?.();
    this.releaseRoom = null;
    this.joinFault.value = fault;
  }

  private onRoomChanged(): void {
    const { joined } = this;
    if (!joined) return;
    const { page } = this.needs;
    if (this.serverConnected.value && !joined.signalling)
      page.announce('The server can’t be reached. The call goes on.');
    this.callNotices.lockChanged(joined.lockWaits, joined.locked);
    this.setRefusal(joined.refusal);
    this.callNotices.relayChanged(joined.relayFault);
    const members = [...joined.members.values()];
    if (members.length > 0) this.callNotices.isNotAlone();
    this.callNotices.recordingChanged(this.members.value, members);
    this.members.value = members;
    this.isHost.value = joined.host;
    this.locked.value = joined.locked;
    if (!joined.lockWaits) this.lockWaits.value = false;
    this.serverConnected.value = joined.signalling;
  }

  /** Reports each reason once. */
  private setRefusal(refusal: PortoonError | null): void {
    if (refusal?.code === this.refusal.value?.code) return;
    this.refusal.value = refusal && faultOf(refusal);
    this.callNotices.refused(refusal);
  }

  /** Hangs up. The page is the studio again. */
  readonly leave = (): void => {
    if (!this.isOpen.value) return;
    this.hangUp();
    this.end();
    this.needs.history.clear();
  };

  private hangUp(): void {
    this.joined?.leave();
    this.needs.page.announce('You left the call');
  }

  /** The call ended against the person's will. */
  private drop(error: PortoonError): void {
    this.end();
    this.needs.history.clear();
    this.needs.notices.showError('call', error);
  }

  private end(): void {
    const { source, output, effect, microphone, camera, notices } = this.needs;
    const wasIn = this.isIn.value;
    const wasGuest = !wasIn && !this.inviting.value;
    this.joined = null;
    this.releaseRoom?.();
    this.releaseRoom = null;
    this.resetSignals();
    this.setRefusal(null);
    output.wantedByCall.value = false;
    microphone.close();
    camera.forget();
    this.callNotices.end();
    // Outside of a call, the empty state reports this problem.
    if (effect.fatalFault.value) notices.retract('effect');
    // Hanging up turns the camera off unless somebody else still watches. So does leaving the lobby
    // of a link, which opened the camera itself. Leaving the lobby of one's own call does not.
    if ((wasIn || wasGuest) && source.isFilming() && !output.hasAudience.value) source.close();
  }

  private resetSignals(): void {
    this.stage.value = 'none';
    this.members.value = [];
    this.recordsCall.value = false;
    this.room.value = null;
    this.inviting.value = false;
    this.joinFault.value = null;
    this.isHost.value = false;
    this.locked.value = false;
    this.lockWaits.value = false;
    this.serverConnected.value = true;
  }

  /** Sends another microphone to the others, or silence. */
  async sendAudio(track: MediaStreamTrack | null): Promise<void> {
    try {
      await this.joined?.setAudio(track);
    } catch (error) {
      this.needs.notices.showError('call', error);
    }
  }

  /** Locks the call or unlocks it. While the server has not locked it yet, takes that back. */
  readonly toggleLock = async (): Promise<void> => {
    const { joined } = this;
    if (!joined) return;
    try {
      await joined.lock(!joined.locked && !joined.lockWaits);
      this.needs.notices.retract('lock');
    } catch (error) {
      if (joined !== this.joined) return;
      this.lockWaits.value = joined.lockWaits;
      if (joined.lockWaits) this.callNotices.lockWaits();
      else this.needs.notices.showError('lock', error);
    }
  };

  readonly removeMember = async (id: string): Promise<void> => {
    const { name = '' } = this.members.value.find((member) => member.id === id) ?? {};
    try {
      await this.joined?.remove(id);
      this.needs.notices.retract('remove');
      this.callNotices.removed(id, name);
    } catch (error) {
      this.callNotices.notRemoved(name, error);
    }
  };

  /**
   * Tells everyone that their sound is recorded from now on, or no longer.
   * @throws PortoonError if they can't be told; then they are not told later either.
   */
  async announceRecording(on: boolean): Promise<void> {
    if (on && !this.joined?.signalling)
      throw new PortoonError(
        'ERR_SIGNALLING',
        'The others can’t be told that they are recorded, because the server can’t be reached.',
        'Only you are heard in the clip. Record again once the server is back.',
      );
    this.recordsCall.value = on;
    try {
      await this.joined?.tell({ recording: on });
    } catch (error) {
      this.recordsCall.value = false;
      ignoreRejection(this.joined?.tell({ recording: false }) ?? Promise.resolve());
      throw error;
    }
  }
}

function inOtherTab(what: string, wayOut: string): PortoonError {
  const message = `The call is open in another tab of this browser. ${what}`;
  return new PortoonError('ERR_CALL_ELSEWHERE', message, wayOut);
}

export function createCallStore(needs: CallNeeds): CallStore {
  return new CallStore(needs);
}

export const [useCall, provideCall] = createStoreSlot<CallStore>('call');
