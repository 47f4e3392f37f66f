import { edgesOf, FaceFeatures, hueShift, type Edges } from './drawing-score.ts';
import type { KindId } from './kinds.ts';
import { lightness } from './lab.ts';
import { mean } from './matte.ts';
import { meanDifference, type Planes } from './planes.ts';
import type { Progress } from './progress.ts';
import type { StyleClip, StylePicture, StylePictures } from './style-pictures.ts';
import { carriedChange } from './warp.ts';

/** Something that draws the frames of a clip in a style. */
export interface Drawer {
  readonly id: string;
  /** @returns a picture for each frame, as large as it. */
  film(frames: readonly Planes[]): Promise<Planes[]>;
}

/** A figure over all pictures for which it can be measured; null if there are none. */
export interface Figure {
  mean: number;
  /** Mean of the kind where it is worst, and which that is. */
  worst: number;
  worstKind: KindId;
  pictures: number;
}

/** How much a style draws, as opposed to filtering the picture. */
export interface DrawingReport {
  id: string;
  /** Share of pixels with middling changes of lightness, over that of the source. */
  middling: Figure | null;
  /** Mean change of the sharpest 1 %, over that of the source. */
  sharpest: Figure | null;
  /** Share of a face's dark features, 0..1, that are dark in the styled picture too. */
  legibility: Figure | null;
  /** Degrees between the hues of the skin. */
  hue: Figure | null;
  /** Pictures whose skin has no hue after styling. */
  greySkins: number;
  /**
   * Change from frame to frame of people who hold still, with camera noise: styled over unstyled.
   */
  flicker: number;
  /** Change from frame to frame, carried along a known move of the camera: styled over unstyled. */
  warping: number;
}

/** What is measured of a source once, for all styles. */
interface Source {
  readonly kind: KindId;
  readonly picture: StylePicture;
  readonly edges: Edges;
  readonly features: FaceFeatures | null;
}

/** Measures one style after the other on the same pictures. */
export class DrawingMeasure {
  private readonly sources: readonly Source[];
  private readonly unsteady: readonly number[];
  private readonly unsteadyMoves: readonly number[];

  constructor(private readonly pictures: StylePictures) {
    this.sources = pictures.kinds.flatMap(({ id, pictures }) =>
      pictures.map((picture) => {
        const light = lightness(picture.picture);
        const features = picture.labels && FaceFeatures.find(light, picture.labels);
        return { kind: id, picture, edges: edgesOf(light), features };
      }),
    );
    this.unsteady = pictures.stills.map(({ frames }) => changeOf(frames, null));
    this.unsteadyMoves = pictures.moves.map(({ frames, flows }) => changeOf(frames, flows));
  }

  async measure(drawer: Drawer, progress: Progress): Promise<DrawingReport> {
    const middling = new Tally();
    const sharpest = new Tally();
    const legibility = new Tally();
    const hue = new Tally();
    let greySkins = 0;
    const { sources } = this;
    let drawing = drawer.film([sources[0]!.picture.picture]);
    for (const [n, { kind, picture, edges, features }] of sources.entries()) {
      progress.step(n, sources.length);
      const [styled] = await drawing;
      const next = sources[n + 1];
      // The next picture is drawn while this one is measured.
      if (next) drawing = drawer.film([next.picture.picture]);
      drawing.catch(() => undefined);
      const light = lightness(styled!);
      const drawn = edgesOf(light);
      middling.add(kind, drawn.middling / edges.middling);
      sharpest.add(kind, drawn.sharpest / edges.sharpest);
      if (features) legibility.add(kind, features.recall(light));
      const shift = picture.labels && hueShift(picture.picture, styled!, picture.labels);
      if (shift !== null && Number.isNaN(shift)) greySkins++;
      else if (shift !== null) hue.add(kind, shift);
    }
    return {
      id: drawer.id,
      middling: middling.figure('most'),
      sharpest: sharpest.figure('least'),
      legibility: legibility.figure('least'),
      hue: hue.figure('most'),
      greySkins,
      flicker: await steadiness(drawer, this.pictures.stills, this.unsteady),
      warping: await steadiness(drawer, this.pictures.moves, this.unsteadyMoves),
    };
  }
}

/** Mean over the clips of the styled change over the unstyled. */
async function steadiness(drawer: Drawer, clips: readonly StyleClip[], unstyled: readonly number[]) {
  const ratios: number[] = [];
  for (const [n, { frames, flows }] of clips.entries())
    ratios.push(changeOf(await drawer.film(frames), flows) / unstyled[n]!);
  return mean(ratios);
}

/** Mean absolute change from frame to frame, carried along the flows where there are any. */
function changeOf(frames: readonly Planes[], flows: StyleClip['flows']): number {
  return mean(
    frames.slice(1).map((frame, t) => {
      const before = frames[t]!;
      return flows ? carriedChange(before, frame, flows[t]!) : meanDifference(before, frame);
    }),
  );
}

/** Collects a figure, picture by picture. */
class Tally {
  private readonly kinds = new Map<KindId, number[]>();

  add(kind: KindId, value: number): void {
    this.kinds.set(kind, [...(this.kinds.get(kind) ?? []), value]);
  }

  /** @param worst - whether the largest or the smallest mean is the bad one. */
  figure(worst: 'most' | 'least'): Figure | null {
    const all = [...this.kinds.values()].flat();
    if (all.length === 0) return null;
    const means = [...this.kinds].map(([kind, values]) => [kind, mean(values)] as const);
    const sign = worst === 'most' ? -1 : 1;
    const [worstKind, value] = means.sort(([, a], [, b]) => sign * (a - b))[0]!;
    return { mean: mean(all), worst: value, worstKind, pictures: all.length };
  }
}
