import { KindScore, type KindFigures } from './kind-score.ts';
import type { Kind } from './kinds.ts';
import { likeliest, PartsScore } from './parts.ts';
import { resize } from './planes.ts';
import type { Progress } from './progress.ts';
import type { Segmenter } from './segmenters.ts';

/** The figure of the parts is reported only for kinds with at least this many labelled pictures. */
const LEAST_LABELLED = 10;

/** One segmenter on the pictures of one kind. */
export interface KindRow extends KindFigures {
  segmenter: string;
  /** IoU of the parts over all labelled pictures, mean of the six; null without parts or labels. */
  parts: number | null;
}

/** Every segmenter on the pictures of one kind. */
export interface KindReport {
  kind: Kind['id'];
  title: string;
  rows: KindRow[];
}

/** All segmenters see each picture in turn, so that it is made only once. */
export async function measureKind(
  kind: Kind,
  segmenters: readonly Segmenter[],
  progress: Progress,
): Promise<KindReport> {
  const scores = segmenters.map(() => ({ matte: new KindScore(), parts: new PartsScore() }));
  let labelled = 0;
  for (const [n, sample] of kind.samples.entries()) {
    progress.step(n, kind.samples.length);
    const { picture, mask, parts: truth } = await sample();
    if (truth) labelled++;
    for (const [s, segmenter] of segmenters.entries()) {
      const { matte, parts } = await segmenter.segment(picture);
      scores[s]!.matte.add(matte, mask);
      if (parts && truth) scores[s]!.parts.add(likeliest(resize(parts, truth.size)), truth.labels);
    }
  }
  return {
    kind: kind.id,
    title: kind.title,
    rows: scores.map(({ matte, parts }, s) => {
      const { mean } = parts.figures();
      return {
        segmenter: segmenters[s]!.title,
        ...matte.figures(),
        parts: labelled < LEAST_LABELLED || Number.isNaN(mean) ? null : mean,
      };
    }),
  };
}
