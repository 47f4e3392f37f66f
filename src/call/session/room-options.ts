import type { PortoonError } from '../../common/errors.ts';
import type { Member } from './member.ts';

/** The options with which a room is joined. */
export interface RoomOptions {
  /** As in the link: `newRoom()` makes one. */
  room: string;
  /** At most 40 characters. */
  name: string;
  muted: boolean;
  camera: boolean;
  /** Whether the sound of everybody is recorded here. Default false. */
  recording?: boolean;
  /** What is sent at first; null where there is none yet. The tracks stay the caller's. */
  video: MediaStreamTrack | null;
  audio: MediaStreamTrack | null;
  /**
   * Something of `members`, `host`, `locked`, `lockWaits`, `signalling`, `refusal` or `relayFault`
   * has changed.
   */
  onChange: () => void;
  onJoined: (member: Member) => void;
  onLeft: (member: Member) => void;
  /** The membership has ended, and why. No other callback follows. */
  onEnded: (error: PortoonError) => void;
}
