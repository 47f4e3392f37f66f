import { computed, signal } from '@preact/signals';
import { errorOf, PortoonError } from '../../common/errors.ts';
import type { FormatSupport } from '../../record/formats.ts';
import type { PageStore } from '../base/page-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { NoticesStore } from '../notices/notices-store.ts';
import type { ClipFormats } from './clip-formats.ts';
import type { ClipsStore } from './clips-store.ts';
import type { RecorderStore } from './recorder-store.ts';
import type { RecordingSound } from './recording-sound.ts';

/** Seconds that an instant replay has. */
export const REPLAY_SECONDS = 15;

export interface ReplayNeeds {
  page: PageStore;
  notices: NoticesStore;
  recorder: RecorderStore;
  formats: ClipFormats;
  sound: Pick<RecordingSound, 'openMicrophone' | 'closeMicrophone'>;
  clips: Pick<ClipsStore, 'add'>;
  /** Whether a clip is being recorded. The replay waits until that is done. */
  isRecording: () => boolean;
}

/** Instant replay: keeps the last seconds in memory, so that they can be saved afterwards. */
export class ReplayStore {
  readonly on = signal(false);
  /** Whether this browser can do it. The browser's own recorder does not give single packets. */
  readonly isPossible = computed(() =>
    this.needs.recorder.supported.value.some(({ video, recorder }) => video !== null && recorder === null),
  );

  constructor(private readonly needs: ReplayNeeds) {}

  readonly toggle = async (): Promise<void> => {
    const { page, recorder, sound, isRecording } = this.needs;
    this.on.value = !this.on.value;
    page.announce(this.on.value ? 'Instant replay on' : 'Instant replay off');
    // After a recording `resume` starts it.
    if (isRecording()) return;
    try {
      if (this.on.value) {
        await this.begin();
        return;
      }
      await (await recorder.get()).stopReplay();
      sound.closeMicrophone();
    } catch (error) {
      this.fail(error);
    }
  };

  /** Makes a clip of the last seconds; never rejects. */
  readonly save = async (): Promise<void> => {
    const { page, notices, recorder, clips, isRecording } = this.needs;
    if (!this.on.value || isRecording()) return;
    try {
      const name = await (await recorder.get()).saveReplay(this.replayFormat().format.extension);
      if (name !== null) await clips.add(name);
      else page.announce('There is nothing to save yet');
    } catch (error) {
      notices.showError('replay', error);
    }
  };

  /** Starts again after a recording, if it is on. */
  resume(): void {
    if (!this.on.value) {
      this.needs.sound.closeMicrophone();
      return;
    }
    this.begin().catch((error: unknown) => {
      this.fail(error);
    });
  }

  /** Stops for a recording: the recorder does one thing at a time. */
  async suspend(): Promise<void> {
    if (this.on.value) await (await this.needs.recorder.get()).stopReplay();
  }

  private async begin(): Promise<void> {
    const recorder = await this.needs.recorder.get();
    const support = this.replayFormat();
    const sound = support.audio ? await this.needs.sound.openMicrophone() : null;
    await recorder.startReplay(
      {
        support,
        sound,
        rate: this.needs.formats.rate.value,
        onNotice: (notice) => {
          if (notice.type !== 'fault') return;
          this.on.value = false;
          this.needs.notices.showError('replay', errorOf(notice.fault));
        },
      },
      REPLAY_SECONDS,
    );
  }

  private fail(error: unknown): void {
    this.on.value = false;
    if (!this.needs.isRecording()) this.needs.sound.closeMicrophone();
    this.needs.notices.showError('replay', error);
  }

  /**
   * The chosen format, or the most widely playable one if the chosen one does not move, or is
   * transparent: the picture would have to be so all the time.
   */
  private replayFormat(): FormatSupport {
    const { formats, recorder } = this.needs;
    if (!this.isPossible.value)
      throw new PortoonError(
        'ERR_RECORDING',
        'This browser can’t keep the last seconds, because it gives pages no video encoder.',
        'Record a clip, or use a current Chrome, Edge, Firefox or Safari.',
      );
    const chosen = formats.supportFor();
    return chosen.video === null || chosen.format.alpha
      ? formats.supportFor(recorder.mostCompatible.value)
      : chosen;
  }
}

export function createReplayStore(needs: ReplayNeeds): ReplayStore {
  return new ReplayStore(needs);
}

export const [useReplay, provideReplay] = createStoreSlot<ReplayStore>('replay');
