import { newSecret, viewAddress } from '../../call/link.ts';
import { openMicrophone } from '../../call/peer/microphone.ts';
import { waitForTabLock } from '../../call/tab-lock.ts';
import { ViewerPublisher } from '../../call/viewer-publisher.ts';
import { WhipPublisher } from '../../call/media-server/whip.ts';
import { onDevicesChanged } from '../../media/devices.ts';
import { claim, claimLeftClips, discardClip, nameClip, openClip } from '../../record/clip/clips.ts';
import { SoundMix } from '../../record/sound/sound-mix.ts';
import type { LinkParameters } from '../base/link-parameters.ts';
import { createAudienceMicrophone } from '../broadcast/audience-microphone.ts';
import { createBroadcastStore } from '../broadcast/broadcast-store.ts';
import { createObsStore } from '../broadcast/obs-store.ts';
import { createConversionsStore } from '../convert/conversions-store.ts';
import { createClipFormats } from '../record/clip-formats.ts';
import { createClipsStore } from '../record/clips-store.ts';
import { checkFreeSpace } from '../record/free-space.ts';
import { createRecorderStore, loadRecorder } from '../record/recorder-store.ts';
import { RecordingSound } from '../record/recording-sound.ts';
import { createRecordingStore } from '../record/recording-store.ts';
import { createReplayStore } from '../record/replay-store.ts';
import { saveFile, shareFile } from '../record/save-file.ts';
import { createSavedClipNames } from '../record/saved-clip-names.ts';
import type { createCallStores, PictureStores } from './create-call-stores.ts';
import type { BaseStores } from './create-base-stores.ts';

type CallStores = ReturnType<typeof createCallStores>;

interface RecordingOptions {
  ep: LinkParameters['ep'];
  storage: Storage | null;
}

/** The stores for clips, for converting films and for broadcasts. */
export function createRecordingStores(
  base: BaseStores,
  picture: PictureStores,
  calls: CallStores,
  { ep, storage }: RecordingOptions,
) {
  const { notices, page } = base;
  const { effect, output } = picture;
  const recorder = createRecorderStore({ effect, notices, load: loadRecorder });
  const clips = createClipsStore({
    page,
    notices,
    recorder,
    folder: { claimLeft: claimLeftClips, open: openClip, discard: discardClip },
    savedClipNames: createSavedClipNames(storage),
    saveFile,
    shareFile,
  });
  const formats = createClipFormats({ preferences: base.preferences, recorder });
  const sound = new RecordingSound({
    ...base,
    ...calls,
    filmSound: picture.film.sound,
    // Outside of a call the studio plays no sound that would have to be cancelled.
    openMicrophone: (deviceId) => openMicrophone(deviceId, { echoCancellation: false }),
    replaceSound: (track) => {
      recorder
        .get()
        .then((loaded) => loaded.replaceSound(track))
        .catch((error: unknown) => {
          notices.showError('recording-sound', error);
        });
    },
    onDevicesChanged,
    createMix: () => new SoundMix(),
  });
  const isRecording = () => recording.isRecording.value;
  const common = { page, notices, recorder, formats, sound, clips };
  const replay = createReplayStore({ ...common, isRecording });
  const recording = createRecordingStore({ ...common, ...picture, replay, checkFreeSpace });
  const conversions = createConversionsStore({
    page,
    notices,
    output,
    recorder,
    recording,
    clips,
    names: { create: nameClip, claim, discard: discardClip },
    checkFreeSpace,
    createConverter: async () => {
      const { Converter } = await import('../../record/convert.ts');
      return new Converter(ep ? { ep } : {});
    },
  });
  return { recorder, clips, replay, recording, conversions, ...createAudience(base, picture, calls) };
}

/** A broadcast and the OBS link have a microphone each, because either can go without the other. */
function createAudience(base: BaseStores, picture: PictureStores, { microphone }: CallStores) {
  const createMicrophone = () =>
    createAudienceMicrophone({
      ...base,
      muted: microphone.muted,
      openMicrophone: (deviceId) => openMicrophone(deviceId),
      onDevicesChanged,
    });
  const broadcast = createBroadcastStore({
    ...base,
    output: picture.output,
    microphone: createMicrophone(),
    publish: (options) => new WhipPublisher(options),
  });
  const obs = createObsStore({
    ...base,
    source: picture.source,
    output: picture.output,
    microphone: createMicrophone(),
    createKey: newSecret,
    addressOf: viewAddress,
    waitForTabLock: waitForTabLock,
    connect: (options) => new ViewerPublisher(options),
  });
  return { broadcast, obs };
}
