import { computed, effect, signal } from '@preact/signals';
import type { ConvertProgress, FilmFormat, FilmInfo } from '../record/convert-protocol.ts';
import type { Converter } from '../record/convert.ts';
import type { Fault } from '../effect/protocol.ts';
import type { LookOptions } from '../effect/look.ts';
import { claim, discardClip, nameClip } from '../record/clips.ts';
import { addClip, checkRoom } from './clips.ts';
import { look } from './look.ts';
import { asFault, tell, tellFault } from './notices.ts';
import { recorder } from './recorder.ts';
import { recording } from './recording.ts';
import { resting } from './sources.ts';
import { address, announce } from './state.ts';

export type JobStage = 'waiting' | 'loading' | 'converting' | 'finishing' | 'failed';

/** A film in the queue. */
export interface Job {
  readonly id: number;
  readonly file: File;
  readonly plan: Plan;
  readonly stage: JobStage;
  readonly progress: ConvertProgress | null;
  readonly fault: Fault | null;
}

/** How a film is to be converted. */
export interface Plan {
  readonly format: FilmFormat;
  /** In seconds; without them the whole film. */
  readonly trim: { readonly from?: number; readonly to?: number };
  /** As it was on the stage when the film was put into the queue. */
  readonly look: LookOptions;
}

/** Oldest first; what is done leaves it, and becomes a clip. */
export const jobs = signal<readonly Job[]>([]);
export const conversionsPaused = signal(false);
/** Where the pictures of the film under way are drawn. */
export const conversionCanvas = signal<HTMLCanvasElement | null>(null);
/** Films that somebody wants converted and is asked how. */
export const asked = signal<readonly File[]>([]);
/** Whether a film is being worked on, paused or not. */
export const converting = computed(() => jobs.value.some(({ stage }) => isRunning(stage)));

let lastId = 0;
let making: Promise<Converter> | null = null;
let running: { id: number; stop: AbortController } | null = null;

function isRunning(stage: JobStage): boolean {
  return stage === 'loading' || stage === 'converting' || stage === 'finishing';
}

function converter(): Promise<Converter> {
  const { ep } = address.parameters;
  making ??= import('../record/convert.ts').then((module) => new module.Converter(ep ? { ep } : {}));
  return making;
}

/** What a film says about itself. @throws PortoonError saying what is wrong with it. */
export async function inspectFilm(file: File): Promise<FilmInfo> {
  return (await converter()).inspect(file, file.name);
}

/** Asks the person how films are to be converted. */
export function askToConvert(films: readonly File[]): void {
  asked.value = films;
}

/** The stage's look, for a film that is converted now. */
export function lookNow(): LookOptions {
  const { style, ...rest } = look.value;
  return { ...rest, style: style ?? 'none', quality: 'auto' };
}

/** Puts films at the end of the queue. */
export function enqueue(files: readonly File[], plan: Plan): void {
  const added = files.map((file) => ({
    id: ++lastId,
    file,
    plan,
    stage: 'waiting' as const,
    progress: null,
    fault: null,
  }));
  jobs.value = [...jobs.value, ...added];
  announce(files.length === 1 ? 'Converting' : `${files.length} films to convert`);
  void work();
}

export async function togglePauseConversions(): Promise<void> {
  conversionsPaused.value = !conversionsPaused.value;
  announce(conversionsPaused.value ? 'Converting paused' : 'Converting');
  await (await converter()).pause(conversionsPaused.value);
}

/** Takes a film out of the queue; of one that is under way nothing is left. */
export function cancelJob(id: number): void {
  const failed = jobs.value.some((job) => job.id === id && job.stage === 'failed');
  if (running?.id === id) running.stop.abort(new DOMException('cancelled', 'AbortError'));
  else jobs.value = jobs.value.filter((job) => job.id !== id);
  announce(failed ? 'Removed' : 'Cancelled');
}

export function retryJob(id: number): void {
  change(id, { stage: 'waiting', fault: null, progress: null });
  void work();
}

function change(id: number, patch: Partial<Job>): void {
  jobs.value = jobs.value.map((job) => (job.id === id ? { ...job, ...patch } : job));
}

/** Converts what waits, one film after the other. Never rejects: what goes wrong is shown. */
async function work(): Promise<void> {
  if (running) return;
  for (;;) {
    const job = jobs.value.find(({ stage }) => stage === 'waiting');
    if (!job) break;
    const stop = new AbortController();
    running = { id: job.id, stop };
    change(job.id, { stage: 'loading' });
    try {
      await convert(job, stop.signal);
      jobs.value = jobs.value.filter(({ id }) => id !== job.id);
    } catch (error) {
      if (stop.signal.aborted) jobs.value = jobs.value.filter(({ id }) => id !== job.id);
      else change(job.id, { stage: 'failed', fault: asFault(error) });
    } finally {
      running = null;
    }
  }
  await rest();
}

async function convert({ id, file, plan }: Job, signal: AbortSignal): Promise<void> {
  await checkRoom();
  const name = await nameClip(plan.format === 'mp4' ? 'mp4' : 'webm');
  // No other tab takes it for one that was left behind.
  await claim(name);
  try {
    const made = await converter();
    const result = await made.convert(
      {
        film: file,
        name: file.name,
        format: plan.format,
        to: { kind: 'private', name },
        trim: plan.trim,
      },
      {
        look: plan.look,
        signal,
        onProgress(progress) {
          change(id, { stage: 'converting', progress });
        },
        onCanvas(canvas) {
          conversionCanvas.value = canvas;
        },
      },
    );
    change(id, { stage: 'finishing' });
    await (await recorder()).mend(name);
    await addClip(name, `${file.name.replace(/\.[^.]+$/, '')}-${plan.look.style ?? 'film'}`);
    if (result.warnings.length > 0)
      tell({ topic: `film:${name}`, tone: 'problem', title: file.name, text: result.warnings.join('\n') });
  } catch (error) {
    await discardClip(name).catch(() => undefined);
    throw error;
  }
}

/** Nothing is left to do: the nets are let go. */
async function rest(): Promise<void> {
  conversionCanvas.value = null;
  conversionsPaused.value = false;
  const made = making;
  making = null;
  try {
    await (await made)?.close();
  } catch (error) {
    tellFault('convert', error);
  }
}

/** The live picture makes room for a film, but for what others see or is being recorded; and a tab that would lose one asks. */
export function startConversions(): void {
  effect(() => {
    resting.value = converting.value && !conversionsPaused.value && !recording.value;
  });
  addEventListener('beforeunload', (event) => {
    if (jobs.value.some(({ stage }) => stage !== 'failed')) event.preventDefault();
  });
}
