import type { Baselines } from './baselines.ts';
import { CLIPS, type ClipId } from './clips.ts';
import { KINDS, kindOf, type KindId } from './kinds.ts';
import { measureClips, type ClipReport } from './measure-clips.ts';
import { measureKind, type KindReport } from './measure-kinds.ts';
import type { Net } from './net.ts';
import type { Progress } from './progress.ts';
import { baselineSegmenter, GRADES, netSegmenter, windowSegmenter, type Segmenter } from './segmenters.ts';
import type { Sources } from './sources.ts';
import { frameByFrame, netTracker, type Tracker } from './trackers.ts';

/** What can be measured on pictures as webcams see people: kinds of pictures, and clips. */
export const WEBCAM_TASKS = [...(Object.keys(KINDS) as KindId[]), 'clips'] as const;
export type WebcamTask = (typeof WEBCAM_TASKS)[number];

/** Whether a word of the command line is such a task. */
export function isWebcamTask(word: string): word is WebcamTask {
  return (WEBCAM_TASKS as readonly string[]).includes(word);
}

export interface WebcamReport {
  kinds: KindReport[];
  clips: ClipReport[];
}

/**
 * Measures matte nets and MediaPipe's on the same pictures.
 * @param nets - by their ids.
 * @param baselines - null if there is no browser to run them.
 */
export async function measureWebcam(
  tasks: readonly WebcamTask[],
  nets: Readonly<Record<string, Net>>,
  baselines: Baselines | null,
  sources: Sources,
  progress: Progress,
): Promise<WebcamReport> {
  const report: WebcamReport = { kinds: [], clips: [] };
  const segmenters: Segmenter[] = [
    ...Object.entries(nets).flatMap(([id, net]) =>
      Object.entries(GRADES).flatMap(([grade, pixels]) => [
        netSegmenter(`${id}, ${grade} size`, net, pixels),
        windowSegmenter(`${id}, ${grade} size, in its window`, net, pixels),
      ]),
    ),
    ...(baselines
      ? (['landscape', 'selfie', 'multiclass'] as const).map((baseline) =>
          baselineSegmenter(baselines, baseline),
        )
      : []),
  ];
  for (const task of tasks) {
    if (task === 'clips') continue;
    progress.begin(`pictures: ${KINDS[task]}`);
    report.kinds.push(await measureKind(await kindOf(task, sources), segmenters, progress));
  }
  if (!tasks.includes('clips')) return report;
  const trackers: Tracker[] = [
    ...Object.entries(nets).flatMap(([id, net]) => [
      netTracker(id, net, GRADES.live),
      frameByFrame(netSegmenter(`${id}, no past`, net, GRADES.live)),
    ]),
    ...(baselines ? [frameByFrame(baselineSegmenter(baselines, 'landscape'))] : []),
  ];
  for (const clip of Object.keys(CLIPS) as ClipId[]) {
    progress.begin(`clips: ${CLIPS[clip]}`);
    report.clips.push(await measureClips(clip, trackers, sources, progress));
  }
  return report;
}
