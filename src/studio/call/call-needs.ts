import type { Room, RoomOptions } from '../../call/room.ts';
import type { PageStore } from '../base/page-store.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import type { MicrophoneStore } from '../microphone/microphone-store.ts';
import type { NoticesStore } from '../notices/notices-store.ts';
import type { SourceStore } from '../source/source-store.ts';
import type { EffectStore } from '../stage/effect-store.ts';
import type { OutputStore } from '../stage/output-store.ts';
import type { CallHistory } from './call-history.ts';
import type { CameraSwitchStore } from './camera-switch-store.ts';

/** What the page uses of a room that it has joined. */
export type JoinedRoom = Pick<
  Room,
  | 'members'
  | 'host'
  | 'locked'
  | 'lockWaits'
  | 'signalling'
  | 'refusal'
  | 'relayFault'
  | 'setVideo'
  | 'setAudio'
  | 'tell'
  | 'lock'
  | 'remove'
  | 'leave'
>;

/** What a call needs of the rest of the page. */
export interface CallNeeds {
  preferences: PreferencesStore;
  page: PageStore;
  notices: NoticesStore;
  source: SourceStore;
  effect: Pick<EffectStore, 'fatalFault'>;
  output: Pick<OutputStore, 'track' | 'wantedByCall' | 'hasAudience'>;
  microphone: MicrophoneStore;
  camera: CameraSwitchStore;
  history: CallHistory;
  /** Makes a room whose link nobody can guess. */
  createRoom: () => Promise<string>;
  /** Whether this tab made the room. */
  ownsRoom: (room: string) => boolean;
  joinRoom: (options: RoomOptions) => Promise<JoinedRoom>;
  /** Takes the room for this tab of the browser; null if another tab has it. */
  acquireTabLock: (room: string, takeOver: boolean, onTaken: () => void) => Promise<(() => void) | null>;
  /** The room of the page's link. */
  roomOfLink: string | undefined;
}
