import { computed, signal } from '@preact/signals';
import type { FormatId, Offer } from '../../record/formats.ts';
import type { RecordingNotice } from '../../record/protocol.ts';
import type { PageStore } from '../base/page-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { BackgroundStore } from '../look/background-store.ts';
import { asError } from '../notices/as-fault.ts';
import type { NoticesStore } from '../notices/notices-store.ts';
import type { SourceStore } from '../source/source-store.ts';
import type { ClipFormats } from './clip-formats.ts';
import type { ClipsStore } from './clips-store.ts';
import type { RecorderStore } from './recorder-store.ts';
import type { RecordingSound } from './recording-sound.ts';
import type { ReplayStore } from './replay-store.ts';

export type RecordingStage = 'off' | 'starting' | 'recording' | 'paused' | 'finishing';

export interface RecordingNeeds {
  page: PageStore;
  notices: NoticesStore;
  source: Pick<SourceStore, 'status'>;
  background: Pick<BackgroundStore, 'kind' | 'cutOut'>;
  recorder: Pick<RecorderStore, 'get'>;
  formats: ClipFormats;
  sound: Pick<RecordingSound, 'openMicrophone' | 'openCall' | 'closeCall'>;
  replay: Pick<ReplayStore, 'on' | 'suspend' | 'resume'>;
  clips: Pick<ClipsStore, 'add'>;
  /** Rejects if there is too little space. */
  checkFreeSpace: () => Promise<void>;
}

/** Records clips of what the stage shows. */
export class RecordingStore {
  readonly stage = signal<RecordingStage>('off');
  /** The clip so far: seconds without pauses, and bytes. */
  readonly progress = signal({ seconds: 0, bytes: 0 });
  /** Whether there is a picture to record. */
  readonly canRecord = computed(
    () => this.needs.page.state.value === 'running' && this.needs.source.status.value === 'live',
  );
  /** Whether a clip is recorded, or about to be. */
  readonly isRecording = computed(() => this.stage.value !== 'off');

  readonly formats: ClipFormats;

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
    else if (this.stage.value !== 'starting') void this.stop();
  };

  /**
   * Starts a clip and shows what goes wrong; never rejects.
   * @param format - by default the chosen one.
   */
  readonly record = async (format?: FormatId): Promise<void> => {
    const { page, notices } = this.needs;
    if (this.stage.value !== 'off') return;
    if (!this.canRecord.value) {
      page.announce('There is no picture to record yet');
      return;
    }
    notices.retract('recording');
    this.stage.value = 'starting';
    this.progress.value = { seconds: 0, bytes: 0 };
    try {
      const offer = await this.begin(format);
      this.stage.value = 'recording';
      page.announce(offer.format.id === 'png' ? 'Taking a picture' : 'Recording');
    } catch (error) {
      this.finish();
      notices.showError('recording', error);
    }
  };

  private async begin(format?: FormatId): Promise<Offer> {
    const { formats, sound, replay, checkFreeSpace } = this.needs;
    const recorder = await this.needs.recorder.get();
    recorder.died.catch((error: unknown) => {
      this.lose(error);
    });
    const offer = formats.offerFor(format);
    await checkFreeSpace();
    await replay.suspend();
    const track = offer.audio
      ? ((await sound.openCall(this.endWithCall)) ?? (await sound.openMicrophone()))
      : null;
    const cutOut = this.isCutOut(offer);
    await recorder.start({ offer, sound: track, cutOut, onNotice: this.onNotice });
    this.needs.background.cutOut.value = cutOut;
    return offer;
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

  /** Ends the clip and shows it; never rejects. */
  readonly stop = async (): Promise<void> => {
    const { notices, recorder, clips } = this.needs;
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
        this.needs.notices.showError('recording', asError(notice.fault));
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

  /** Whether a clip begins transparent. Then it stays so, whatever is chosen meanwhile. */
  private isCutOut({ format }: Offer): boolean {
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

export function createRecordingStore(needs: RecordingNeeds): RecordingStore {
  return new RecordingStore(needs);
}

export const [useRecording, provideRecording] = createStoreSlot<RecordingStore>('recording');
