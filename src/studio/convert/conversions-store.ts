import { computed, effect as watch, signal } from '@preact/signals';
import type { Fault, LookOptions } from '../../effect/index.ts';
import type { ConvertProgress, ConvertResult, FilmFormat, FilmInfo } from '../../record/convert-protocol.ts';
import type { Converter } from '../../record/convert.ts';
import type { PageStore } from '../base/page-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import { faultOf } from '../../common/errors.ts';
import type { NoticesStore } from '../notices/notices-store.ts';
import type { ClipsStore } from '../record/clips-store.ts';
import type { RecorderStore } from '../record/recorder-store.ts';
import type { RecordingStore } from '../record/recording-store.ts';
import type { OutputStore } from '../stage/output-store.ts';

type ConversionStage = 'waiting' | 'loading' | 'converting' | 'finishing' | 'failed';

/** How a film is to be converted. */
export interface ConversionPlan {
  readonly format: FilmFormat;
  /** In seconds. By default the whole film. */
  readonly trim: { readonly from?: number; readonly to?: number };
  /** Frames a second, for a constant rate. By default every frame keeps its own time. */
  readonly frameRate?: number;
  /** The look of the stage at the time when the person started the conversion. */
  readonly look: LookOptions;
}

/** A film in the queue. */
export interface Conversion {
  readonly id: number;
  readonly file: File;
  readonly plan: ConversionPlan;
  readonly stage: ConversionStage;
  readonly progress: ConvertProgress | null;
  readonly fault: Fault | null;
}

/** What the page uses of a converter. */
export type FilmConverter = Pick<Converter, 'inspect' | 'convert' | 'pause' | 'close'>;

/** Names for new clips in the browser's folder. */
interface ClipNames {
  create: (extension: string) => Promise<string>;
  /** Keeps other tabs from recovering a clip that is still being written. */
  claim: (name: string) => Promise<boolean>;
  discard: (name: string) => Promise<void>;
}

export interface ConversionsNeeds {
  page: PageStore;
  notices: NoticesStore;
  output: Pick<OutputStore, 'resting'>;
  recorder: Pick<RecorderStore, 'get'>;
  recording: Pick<RecordingStore, 'isRecording'>;
  clips: Pick<ClipsStore, 'add'>;
  names: ClipNames;
  checkFreeSpace: () => Promise<void>;
  createConverter: () => Promise<FilmConverter>;
}

function isRunning({ stage }: Conversion): boolean {
  return stage === 'loading' || stage === 'converting' || stage === 'finishing';
}

/** Converts films one after the other. A finished film leaves the queue and becomes a clip. */
export class ConversionsStore {
  /** Oldest first. */
  readonly queue = signal<readonly Conversion[]>([]);
  readonly paused = signal(false);
  /** Shows the pictures of the film that is being converted. */
  readonly canvas = signal<HTMLCanvasElement | null>(null);
  /** Films that the person is asked about: how to convert them. */
  readonly asked = signal<readonly File[]>([]);
  /** Whether a film is being converted, paused or not. */
  readonly isConverting = computed(() => this.queue.value.some(isRunning));

  private lastId = 0;
  private converter: Promise<FilmConverter> | null = null;
  private running: { id: number; stop: AbortController } | null = null;

  constructor(private readonly needs: ConversionsNeeds) {}

  /** Lets the live picture rest meanwhile, and asks people who would lose a film by leaving. */
  start(): void {
    const { output, recording } = this.needs;
    watch(() => {
      const busy = this.isConverting.value && !this.paused.value;
      output.resting.value = busy && !recording.isRecording.value;
    });
    addEventListener('beforeunload', (event) => {
      if (this.queue.value.some(({ stage }) => stage !== 'failed')) event.preventDefault();
    });
  }

  /** Asks the person how to convert films. No films close the question. */
  readonly ask = (films: readonly File[]): void => {
    this.asked.value = films;
  };

  /** Rejects with a PortoonError that says what is wrong with a film. */
  async inspect(file: File): Promise<FilmInfo> {
    return (await this.getConverter()).inspect(file, file.name);
  }

  enqueue(files: readonly File[], plan: ConversionPlan): void {
    const added = files.map((file): Conversion => {
      const id = ++this.lastId;
      return { id, file, plan, stage: 'waiting', progress: null, fault: null };
    });
    this.queue.value = [...this.queue.value, ...added];
    this.needs.page.announce(files.length === 1 ? 'Converting' : `${files.length} films to convert`);
    void this.work();
  }

  readonly togglePause = async (): Promise<void> => {
    this.paused.value = !this.paused.value;
    this.needs.page.announce(this.paused.value ? 'Conversion paused' : 'Converting');
    try {
      await (await this.getConverter()).pause(this.paused.value);
    } catch (error) {
      this.needs.notices.showError('convert', error);
    }
  };

  /** Takes a film out of the queue. If it was being converted, nothing is left of the result. */
  cancel(id: number): void {
    const failed = this.queue.value.some((one) => one.id === id && one.stage === 'failed');
    if (this.running?.id === id) this.running.stop.abort(new DOMException('cancelled', 'AbortError'));
    else this.remove(id);
    this.needs.page.announce(failed ? 'Removed' : 'Cancelled');
  }

  retry(id: number): void {
    this.update(id, { stage: 'waiting', fault: null, progress: null });
    void this.work();
  }

  private update(id: number, changes: Partial<Conversion>): void {
    this.queue.value = this.queue.value.map((one) => (one.id === id ? { ...one, ...changes } : one));
  }

  private remove(id: number): void {
    this.queue.value = this.queue.value.filter((one) => one.id !== id);
  }

  /** Converts everything that waits, and shows what goes wrong; never rejects. */
  private async work(): Promise<void> {
    if (this.running) return;
    for (;;) {
      const next = this.queue.value.find(({ stage }) => stage === 'waiting');
      if (!next) break;
      await this.workOn(next);
    }
    await this.rest();
  }

  private async workOn({ id, file, plan }: Conversion): Promise<void> {
    const stop = new AbortController();
    this.running = { id, stop };
    this.update(id, { stage: 'loading' });
    try {
      await this.convert(id, file, plan, stop.signal);
      this.remove(id);
    } catch (error) {
      if (stop.signal.aborted) this.remove(id);
      else this.update(id, { stage: 'failed', fault: faultOf(error) });
    } finally {
      this.running = null;
    }
  }

  private async convert(id: number, file: File, plan: ConversionPlan, signal: AbortSignal): Promise<void> {
    const { names, checkFreeSpace, recorder, clips, notices } = this.needs;
    await checkFreeSpace();
    const name = await names.create(plan.format === 'mp4' ? 'mp4' : 'webm');
    await names.claim(name);
    try {
      const { warnings } = await this.run(id, name, file, plan, signal);
      this.update(id, { stage: 'finishing' });
      await (await recorder.get()).repair(name);
      await clips.add(name, `${file.name.replace(/\.[^.]+$/, '')}-${plan.look.style ?? 'film'}`);
      if (warnings.length > 0)
        notices.show({
          topic: `film:${name}`,
          tone: 'problem',
          title: file.name,
          text: warnings.join('\n'),
        });
    } catch (error) {
      // What is left of the clip may not exist yet.
      await names.discard(name).catch(() => undefined);
      throw error;
    }
  }

  private async run(
    id: number,
    name: string,
    file: File,
    { look, ...plan }: ConversionPlan,
    signal: AbortSignal,
  ): Promise<ConvertResult> {
    const converter = await this.getConverter();
    return converter.convert(
      { film: file, name: file.name, to: { kind: 'private', name }, ...plan },
      {
        look,
        signal,
        onProgress: (progress) => {
          this.update(id, { stage: 'converting', progress });
        },
        onCanvas: (canvas) => {
          this.canvas.value = canvas;
        },
      },
    );
  }

  private getConverter(): Promise<FilmConverter> {
    this.converter ??= this.needs.createConverter();
    return this.converter;
  }

  /** Nothing is left to do: frees the nets. */
  private async rest(): Promise<void> {
    this.canvas.value = null;
    this.paused.value = false;
    const { converter } = this;
    this.converter = null;
    try {
      await (await converter)?.close();
    } catch (error) {
      this.needs.notices.showError('convert', error);
    }
  }
}

export function createConversionsStore(needs: ConversionsNeeds): ConversionsStore {
  return new ConversionsStore(needs);
}

export const [useConversions, provideConversions] = createStoreSlot<ConversionsStore>('conversions');
