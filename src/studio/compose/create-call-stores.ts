import { hostKeyOf, newRoom } from '../../call/link.ts';
import { openMicrophone } from '../../call/peer/microphone.ts';
import { acquireTabLock } from '../../call/tab-lock.ts';
import { Room } from '../../call/room.ts';
import { listMicrophones, listSpeakers, onDevicesChanged } from '../../media/devices.ts';
import { createCallHistory } from '../call/call-history.ts';
import { createCallStore } from '../call/call-store.ts';
import { createCameraSwitchStore } from '../call/camera-switch-store.ts';
import { createMicrophoneStore } from '../microphone/microphone-store.ts';
import { createSpeakerStore } from '../microphone/speaker-store.ts';
import type { createPictureStores } from './create-picture-stores.ts';
import type { BaseStores } from './create-base-stores.ts';

export type PictureStores = ReturnType<typeof createPictureStores>;

/**
 * The stores of a call.
 * @param roomOfLink - the call that the page's link leads to, if it does.
 */
export function createCallStores(
  base: BaseStores,
  { source, effect, output }: PictureStores,
  roomOfLink: string | undefined,
) {
  const microphone = createMicrophoneStore({
    ...base,
    openMicrophone,
    listMicrophones,
    onDevicesChanged,
    isWanted: () => call.isOpen.value,
    sendTrack: (track) => call.sendAudio(track),
  });
  const cameraSwitch = createCameraSwitchStore({ page: base.page, source, effect });
  const call = createCallStore({
    ...base,
    source,
    effect,
    output,
    microphone,
    camera: cameraSwitch,
    history: createCallHistory(),
    createRoom: newRoom,
    ownsRoom: (room) => hostKeyOf(room) !== undefined,
    joinRoom: (options) => Room.join(options),
    acquireTabLock: acquireTabLock,
    roomOfLink,
  });
  const speaker = createSpeakerStore({ ...base, listSpeakers, onDevicesChanged });
  return { microphone, speaker, cameraSwitch, call };
}
