import { computed, effect as watch, signal } from '@preact/signals';
import type { FormatId, FormatSupport } from '../../record/formats.ts';
import type { RecordingNotice } from '../../record/recording-protocol.ts';
import type { PageStore } from '../base/page-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { BackgroundStore } from '../look/background-store.ts';
import { errorOf } from '../../common/errors.ts';
import type { NoticesStore } from '../notices/notices-store.ts';
import type { SourceStore } from '../source/source-store.ts';
import type { ClipFormats } from './clip-formats.ts';
import type { ClipsStore } from './clips-store.ts';
import type { RecorderStore } from './recorder-store.ts';
import type { RecordingSound } from './recording-sound.ts';
import type { ReplayStore } from './replay-store.ts';

export type RecordingState = 'off' | 'starting' | 'recording' | 'paused' | 'finishing';

export interface RecordingNeeds {
  page: PageStore;
  notices: NoticesStore;
  source: Pick<SourceStore, 'status'>;
  background: Pick<BackgroundStore, 'kind' | 'cutOut'>;
  recorder: Pick<RecorderStore, 'get'>;
  formats: ClipFormats;
  sound: Pick<RecordingSound, 'openMicrophone' | 'openCall' | 'closeCall' | 'warnOfSilence'>;
  replay: Pick<ReplayStore, 'on' | 'suspend' | 'resume'>;
  clips: Pick<ClipsStore, 'add'>;
  /** Rejects if there is too little space. */
  checkFreeSpace: () => Promise<void>;
}

/** Records clips of what the stage shows. */
export class RecordingStore {
  readonly stage = signal<RecordingState>('off');
  /** The clip so far: seconds without pauses, and bytes. */
  readonly progress = signal({ seconds: 0, bytes: 0 });
  /** Whether there is a picture to record. */
  readonly canRecord = computed(
    () => this.needs.page.state.value === 'running' && this.needs.source.status.value === 'live',
  );
  /** Whether a clip is recorded, or about to be. */
  readonly isRecording = computed(() => this.stage.value !== 'off');

  readonly formats: ClipFormats;

  /** Aborted when the clip is stopped, perhaps before it has started. */
  private stopRequest = new AbortController();
  /** Ends the wait for a picture to record; null while none is awaited. */
  private stopAwaiting: (() => void) | null = null;

  constructor(private readonly needs: RecordingNeeds) {
    this.formats = needs.formats;
  }

  /** Asks people who leave the page during a recording. The clip is recovered in any case. */
  start(): void {
    addEventListener('beforeunload', (event) => {
      if (this.isRecording.value) event.preventDefault();
    });
  }

  /** Starts a clip, or ends the one that is running. */
  readonly toggle = (): void => {
    if (this.stage.value === 'off') void this.record();
    else void this.stop();
  };

  /**
   * Starts a clip and shows what goes wrong; never rejects.
   * @param format - by default the chosen one.
   */
  readonly record = async (format?: FormatId): Promise<void> => {
    const { page, notices } = this.needs;
    if (this.stage.value !== 'off') return;
    if (!this.canRecord.value) {
      this.recordWhenPossible(format);
      return;
    }
    this.endWait();
    notices.retract('recording');
    this.stage.value = 'starting';
    this.stopRequest = new AbortController();
    this.progress.value = { seconds: 0, bytes: 0 };
    try {
      const support = await this.begin(format);
      if (!support) {
        this.finish();
        page.announce('Nothing was recorded');
        return;
      }
      this.stage.value = 'recording';
      if (this.stopRequest.signal.aborted) {
        await this.stop();
        return;
      }
      page.announce(support.format.id === 'png' ? 'Taking a picture' : 'Recording');
    } catch (error) {
      this.finish();
      notices.showError('recording', error);
    }
  };

  /** Records as soon as there is a picture; asked once more, it does not. */
  private recordWhenPossible(format?: FormatId): void {
    const { page, notices, source } = this.needs;
    const isAwaited = this.stopAwaiting !== null;
    this.endWait();
    if (isAwaited) {
      page.announce('Nothing will be recorded');
      return;
    }
    if (!hasSource(source)) {
      notices.show({
        topic: 'recording',
        tone: 'info',
        title: 'There is no picture to record',
        text: 'Start the camera, a video or the demo first.',
      });
      return;
    }
    notices.show({
      topic: 'recording',
      tone: 'info',
      title: 'The recording starts with the picture',
      text: 'Press R again if it should not.',
      stays: true,
    });
    this.stopAwaiting = watch(() => {
      if (this.canRecord.value) queueMicrotask(() => void this.record(format));
      // The camera did not open. If it opens later, no recording starts.
      else if (!hasSource(source)) queueMicrotask(this.endWait);
    });
  }

  private readonly endWait = (): void => {
    if (!this.stopAwaiting) return;
    this.stopAwaiting();
    this.stopAwaiting = null;
    this.needs.notices.retract('recording');
  };

  /** Starts the recorder. Null if the person has stopped it before it began. */
  private async begin(format?: FormatId): Promise<FormatSupport | null> {
    const { formats, sound, replay, checkFreeSpace } = this.needs;
    const recorder = await this.needs.recorder.get();
    recorder.died.catch((error: unknown) => {
      this.lose(error);
    });
    const support = formats.supportFor(format);
    await checkFreeSpace();
    await replay.suspend();
    if (!support.audio && support.format.audio.length > 0) sound.warnOfSilence();
    const track = support.audio
      ? ((await sound.openCall(this.endWithCall)) ?? (await sound.openMicrophone()))
      : null;
    if (this.stopRequest.signal.aborted) return null;
    const cutOut = this.isCutOut(support);
    await recorder.start({
      support,
      sound: track,
      cutOut,
      rate: formats.rate.value,
      onNotice: this.onNotice,
    });
    this.needs.background.cutOut.value = cutOut;
    return support;
  }

  readonly togglePause = (): void => {
    const pausing = this.stage.value === 'recording';
    if (!pausing && this.stage.value !== 'paused') return;
    this.stage.value = pausing ? 'paused' : 'recording';
    this.needs.page.announce(pausing ? 'Recording paused' : 'Recording resumed');
    this.needs.recorder
      .get()
      .then((recorder) => (pausing ? recorder.pause() : recorder.resume()))
      .catch((error: unknown) => {
        this.needs.notices.showError('recording', error);
      });
  };

  /** Ends the clip and shows it; one that is only starting ends once it can. Never rejects. */
  readonly stop = async (): Promise<void> => {
    const { notices, recorder, clips } = this.needs;
    this.stopRequest.abort();
    if (this.stage.value !== 'recording' && this.stage.value !== 'paused') return;
    this.stage.value = 'finishing';
    try {
      const name = await (await recorder.get()).stop();
      if (name !== null) await clips.add(name);
      else
        notices.show({
          topic: 'recording',
          tone: 'info',
          title: 'Nothing was recorded',
          text: 'The recording ended before the first picture came.',
        });
    } catch (error) {
      notices.showError('recording', error);
    }
    this.finish();
  };

  private readonly onNotice = (notice: RecordingNotice): void => {
    switch (notice.type) {
      case 'progress':
        this.progress.value = notice.state;
        break;
      case 'full':
        void this.stop();
        break;
      case 'fault':
        this.needs.notices.showError('recording', errorOf(notice.fault));
        void this.stop();
        break;
    }
  };

  /** The recorder's worker died. What it has written is recovered on the next visit. */
  private lose(error: unknown): void {
    if (this.stage.value === 'off') return;
    this.needs.replay.on.value = false;
    this.finish();
    this.needs.notices.showError('recording', error);
  }

  /** A clip with everyone's sound ends with the call. */
  private readonly endWithCall = (): void => {
    this.needs.sound.closeCall();
    if (!this.isRecording.value) return;
    this.needs.page.announce('The recording ended with the call');
    void this.stop();
  };

  /**
   * Whether a clip begins transparent. Then it stays so, even if another background is chosen
   * meanwhile.
   */
  private isCutOut({ format }: FormatSupport): boolean {
    return format.id === 'webm-alpha' || (format.alpha && this.needs.background.kind.value === 'transparent');
  }

  /** Puts everything back that was changed for the clip. */
  private finish(): void {
    this.stage.value = 'off';
    this.needs.sound.closeCall();
    this.needs.background.cutOut.value = false;
    this.needs.replay.resume();
  }
}

/** Whether there is a picture, or one is on its way. */
function hasSource({ status }: RecordingNeeds['source']): boolean {
  return status.value === 'live' || status.value === 'opening';
}

export function createRecordingStore(needs: RecordingNeeds): RecordingStore {
  return new RecordingStore(needs);
}

export const [useRecording, provideRecording] = createStoreSlot<RecordingStore>('recording');
