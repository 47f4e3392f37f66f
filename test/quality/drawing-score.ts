import { blur } from './blur.ts';
import { toLab } from './lab.ts';
import { crop, emptyPlanes, type Planes } from './planes.ts';
import { boxAround } from './scenes.ts';

/**
 * The standard deviation by which pixel noise is smoothed away before edges and features are found.
 */
const SMOOTHING = 0.5;
/**
 * Steps of lightness from pixel to pixel, in L, that belong neither to a flat area nor to an edge.
 */
const MIDDLING = [0.4, 3] as const;
/** The share of pixels, the sharpest ones, whose mean step is reported. */
const SHARPEST = 0.01;
/** A feature is at least this much darker than the face around it, in L. */
const DARKER = 12;
/** A face with fewer pixels of features than this is not measured. */
const LEAST_FEATURES = 30;
/** With fewer pixels of skin, or less chroma, than this, the hue of the skin is not measured. */
const LEAST_SKIN = 300;
const LEAST_CHROMA = 3;
/** Labels of `PARTS`. */
const BODY_SKIN = 2;
const FACE_SKIN = 3;

/** How the lightness of a picture changes from pixel to pixel. */
export interface Edges {
  /** Share of the pixels, 0..1, where it changes by 0.4 to 3 L: many in photographs. */
  middling: number;
  /** Mean change of the sharpest 1 % of the pixels, in L a pixel. */
  sharpest: number;
}

/** @param light - lightness, [1,H,W], 0..100. */
export function edgesOf(light: Planes): Edges {
  const steps = gradients(blur(light, SMOOTHING));
  const between = steps.reduce((n, step) => n + (step >= MIDDLING[0] && step <= MIDDLING[1] ? 1 : 0), 0);
  const sorted = steps.sort();
  const top = sorted.subarray(sorted.length - Math.max(1, Math.round(SHARPEST * sorted.length)));
  return {
    middling: between / steps.length,
    sharpest: top.reduce((sum, step) => sum + step, 0) / top.length,
  };
}

/** Magnitude of the gradient (Sobel) for each pixel, a pixel; the outermost ones are left out. */
function gradients({ width, height, data }: Planes): Float32Array {
  const steps = new Float32Array((width - 2) * (height - 2));
  for (let y = 1, n = 0; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++, n++) {
      const i = y * width + x;
      const above = i - width;
      const below = i + width;
      const right = data[above + 1]! + 2 * data[i + 1]! + data[below + 1]!;
      const left = data[above - 1]! + 2 * data[i - 1]! + data[below - 1]!;
      const lower = data[below - 1]! + 2 * data[below]! + data[below + 1]!;
      const upper = data[above - 1]! + 2 * data[above]! + data[above + 1]!;
      steps[n] = Math.sqrt((right - left) ** 2 + (lower - upper) ** 2) / 8;
    }
  return steps;
}

/**
 * The places of a face that are clearly darker than the face around them: eyes, brows, nostrils and
 * lips. Measures how many of them a styled picture has kept.
 */
export class FaceFeatures {
  private constructor(
    private readonly box: ReturnType<typeof boxAround> & object,
    /** 1 on the face, 0 elsewhere; like all that follows, within the face's box. */
    private readonly face: Planes,
    private readonly reach: number,
    private readonly mass: Planes,
    private readonly isFeature: Uint8Array,
    /** Pixels of features. */
    readonly count: number,
  ) {}

  /**
   * @param light - of the picture, [1,H,W], 0..100.
   * @param labels - which part each of its pixels belongs to.
   * @returns null where there is no face, or one too small or too dim to have features.
   */
  static find(light: Planes, labels: Uint8Array): FaceFeatures | null {
    const box = boxAround(light.width, labels, (label) => label === FACE_SKIN);
    if (!box) return null;
    const whole = emptyPlanes(1, light.width, light.height);
    whole.data.set(Float32Array.from(labels, (label) => (label === FACE_SKIN ? 1 : 0)));
    const face = crop(whole, box);
    const area = face.data.reduce((sum, value) => sum + value, 0);
    // About the size of an eye, in proportion to the face.
    const reach = Math.max(2, 0.05 * Math.sqrt(area));
    const mass = blur(face, reach);
    const inside = blur(padded(face), reach / 2);
    const none = new Uint8Array(face.data.length);
    const all = new FaceFeatures(box, face, reach, mass, none, 0);
    const darker = all.darkerBy(light);
    // Hair and shadow along the outline of a face do not count as features.
    const isFeature = none.map((_, i) => {
      const at = (Math.floor(i / face.width) + 1) * inside.width + (i % face.width) + 1;
      return face.data[i] === 1 && inside.data[at]! > 0.95 && darker[i]! >= DARKER ? 1 : 0;
    });
    const count = isFeature.reduce((sum, value) => sum + value, 0);
    return count < LEAST_FEATURES ? null : new FaceFeatures(box, face, reach, mass, isFeature, count);
  }

  /**
   * The share of the features, 0..1, that are darker by 12 L than the face around them in a styled
   * picture too.
   * @param light - of the styled picture.
   */
  recall(light: Planes): number {
    const darker = this.darkerBy(light);
    return (
      this.isFeature.reduce((n, value, i) => n + (value === 1 && darker[i]! >= DARKER ? 1 : 0), 0) /
      this.count
    );
  }

  /** By how much each pixel is darker than the face around it. */
  private darkerBy(light: Planes): Float32Array {
    const itself = crop(blur(light, SMOOTHING), this.box);
    const onFace = { ...itself, data: itself.data.map((value, i) => value * this.face.data[i]!) };
    const sum = blur(onFace, this.reach).data;
    return itself.data.map((value, i) => sum[i]! / (this.mass.data[i]! + 1e-6) - value);
  }
}

/** Adds a border of one empty pixel, so that a blur does not repeat the outermost pixels. */
function padded({ width, height, data }: Planes): Planes {
  const wider = emptyPlanes(1, width + 2, height + 2);
  for (let y = 0; y < height; y++)
    wider.data.set(data.subarray(y * width, (y + 1) * width), (y + 1) * (width + 2) + 1);
  return wider;
}

/**
 * Degrees, 0..180, between the mean hues of the skin in two pictures.
 * @param labels - which part each pixel belongs to.
 * @returns null without enough skin, or if the source's skin has no hue; NaN if the styled skin has
 * none.
 */
export function hueShift(source: Planes, styled: Planes, labels: Uint8Array): number | null {
  const from = skinHue(source, labels);
  if (from === null || Number.isNaN(from)) return null;
  const shift = Math.abs(skinHue(styled, labels)! - from);
  return Math.min(shift, 360 - shift);
}

/** Degrees; null without skin, NaN for skin that is grey. */
function skinHue({ width, height, data }: Planes, labels: Uint8Array): number | null {
  const pixels = width * height;
  let count = 0;
  let [a, b] = [0, 0];
  for (let i = 0; i < pixels; i++) {
    if (labels[i] !== BODY_SKIN && labels[i] !== FACE_SKIN) continue;
    const lab = toLab([data[i]!, data[pixels + i]!, data[2 * pixels + i]!]);
    count++;
    a += lab[1];
    b += lab[2];
  }
  if (count < LEAST_SKIN) return null;
  if (Math.hypot(a, b) / count < LEAST_CHROMA) return NaN;
  return (Math.atan2(b, a) * 180) / Math.PI;
}
