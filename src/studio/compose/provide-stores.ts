import { providePage } from '../base/page-store.ts';
import { providePreferences } from '../base/preferences-store.ts';
import { provideBroadcast } from '../broadcast/broadcast-store.ts';
import { provideObs } from '../broadcast/obs-store.ts';
import { provideCall } from '../call/call-store.ts';
import { provideCameraSwitch } from '../call/camera-switch-store.ts';
import { provideConversions } from '../convert/conversions-store.ts';
import { provideBackground } from '../look/background-store.ts';
import { provideLook } from '../look/look-store.ts';
import { providePreviews } from '../look/previews-store.ts';
import { providePalette } from '../palette/palette-store.ts';
import { provideStyles } from '../look/styles-store.ts';
import { provideMicrophone } from '../microphone/microphone-store.ts';
import { provideSpeaker } from '../microphone/speaker-store.ts';
import { provideNotices } from '../notices/notices-store.ts';
import { provideClips } from '../record/clips-store.ts';
import { provideRecorder } from '../record/recorder-store.ts';
import { provideRecording } from '../record/recording-store.ts';
import { provideReplay } from '../record/replay-store.ts';
import { providePanel } from '../shell/panel-store.ts';
import { provideWindow } from '../shell/window-store.ts';
import { provideFilm } from '../source/film-store.ts';
import { provideMirror } from '../source/mirror-store.ts';
import { provideSource } from '../source/source-store.ts';
import { provideCompare } from '../stage/compare-store.ts';
import { provideEffectStore } from '../stage/effect-store.ts';
import { provideOutput } from '../stage/output-store.ts';
import { provideStageLayout } from '../stage/stage-layout-store.ts';
import { provideStatistics } from '../stage/statistics-store.ts';
import type { Studio } from './studio.ts';

/** The stores under the keys by which the components of each feature find them. */
export function provideStores(studio: Studio): ReadonlyMap<symbol, object> {
  return new Map([
    providePreferences(studio.preferences),
    providePage(studio.page),
    provideNotices(studio.notices),
    provideSource(studio.source),
    provideFilm(studio.film),
    provideMirror(studio.mirror),
    provideEffectStore(studio.effect),
    provideOutput(studio.output),
    provideStageLayout(studio.layout),
    provideCompare(studio.compare),
    provideStatistics(studio.statistics),
    provideLook(studio.look),
    provideBackground(studio.background),
    provideStyles(studio.styles),
    providePalette(studio.palette),
    providePreviews(studio.previews),
    provideMicrophone(studio.microphone),
    provideSpeaker(studio.speaker),
    provideCall(studio.call),
    provideCameraSwitch(studio.cameraSwitch),
    provideRecorder(studio.recorder),
    provideClips(studio.clips),
    provideRecording(studio.recording),
    provideReplay(studio.replay),
    provideConversions(studio.conversions),
    provideBroadcast(studio.broadcast),
    provideObs(studio.obs),
    providePanel(studio.panel),
    provideWindow(studio.windowStore),
  ]);
}
