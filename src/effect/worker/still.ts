import { netSize } from '../stages/net-size.ts';
import { bodyPartOf, type MatteTexels } from '../stages/matte/matte-stage.ts';
import { refinedAlpha } from '../stages/composite/matte-edge.ts';
import type { Size } from '../../common/size.ts';
import type { PrepareStage } from '../stages/prepare/prepare-stage.ts';
import type { Look } from '../protocol.ts';
import type { Roi } from '../stages/roi.ts';

/** One frame at a style net's size, and how much of a style shows on it. */
export interface Still {
  /** Of the planes: what the style net takes. */
  readonly size: Size;
  /** Of the picture: the frame's own shape. */
  readonly shown: Size;
  /** Planes R, G, B, 0..1. */
  readonly live: Float32Array;
  /** 0 live .. 1 styled, for every pixel. */
  readonly share: Float32Array;
}

/**
 * Copies what a preview needs of the frame that `preparer` took last.
 * @param answer - its matte; null where the style shows everywhere.
 */
export async function takeStill(
  width: number,
  preparer: PrepareStage,
  { region, strength }: Pick<Look, 'region' | 'strength'>,
  answer: MatteTexels | null,
): Promise<Still> {
  const height = Math.max(1, Math.round(width / preparer.aspect));
  const size = netSize(Math.min(width, height), preparer.aspect);
  const live = await preparer.planes(size);
  const share = new Float32Array(size[0] * size[1]).fill(strength);
  if (answer) {
    const part = bodyPartOf(region);
    forEachSample(size, answer.roi, (i, sample) => {
      const matte = refinedAlpha(
        sample((at) => answer.texels[4 * at]!),
        sample((at) => answer.texels[4 * at + 3]!),
      );
      const inside = part ? matte * sample((at) => answer.share[at]!) : matte;
      share[i] = strength * (region === 'background' ? 1 - matte : inside);
    });
  }
  return { size, shown: [width, height], live, share };
}

/**
 * The still with a style where the look lets it show: what the compositing shader does at full size.
 * @param styled - planes R, G, B at the still's size; null for the live picture.
 */
export async function showStyled(
  { size, shown, live, share }: Still,
  styled: Float32Array | null,
): Promise<ImageBitmap> {
  const [width, height] = size;
  const pixels = width * height;
  const picture = new ImageData(width, height);
  const { data } = picture;
  for (let i = 0, t = 0; i < pixels; i++) {
    for (let p = i; p < 3 * pixels; p += pixels)
      data[t++] = 255 * (styled ? live[p]! + share[i]! * (styled[p]! - live[p]!) : live[p]!);
    data[t++] = 255;
  }
  return createImageBitmap(picture, {
    resizeWidth: shown[0],
    resizeHeight: shown[1],
    resizeQuality: 'medium',
  });
}

/**
 * Visits every pixel of `size`; `sample` reads bytes of a field of the window there, bilinearly, as 0..1.
 * Beside the window all is 0.
 */
function forEachSample(
  [width, height]: Size,
  { grid, x: windowX, y: windowY, size: [fromWidth, fromHeight] }: Roi,
  visit: (pixel: number, sample: (byteAt: (index: number) => number) => number) => void,
): void {
  let left = 0;
  let right = 0;
  let top = 0;
  let bottom = 0;
  let towardsRight = 0;
  let towardsBottom = 0;
  let beside = false;
  const sample = (byteAt: (index: number) => number) => {
    if (beside) return 0;
    const above = byteAt(top + left) + towardsRight * (byteAt(top + right) - byteAt(top + left));
    const below = byteAt(bottom + left) + towardsRight * (byteAt(bottom + right) - byteAt(bottom + left));
    return (above + towardsBottom * (below - above)) / 255;
  };
  for (let y = 0, i = 0; y < height; y++) {
    const line = ((y + 0.5) * grid[1]) / height - 0.5 - windowY;
    const fromY = Math.min(fromHeight - 1, Math.max(0, line));
    const row = Math.floor(fromY);
    towardsBottom = fromY - row;
    top = row * fromWidth;
    bottom = Math.min(fromHeight - 1, row + 1) * fromWidth;
    for (let x = 0; x < width; x++, i++) {
      const column = ((x + 0.5) * grid[0]) / width - 0.5 - windowX;
      const fromX = Math.min(fromWidth - 1, Math.max(0, column));
      beside = column < -1 || line < -1 || column > fromWidth || line > fromHeight;
      left = Math.floor(fromX);
      right = Math.min(fromWidth - 1, left + 1);
      towardsRight = fromX - left;
      visit(i, sample);
    }
  }
}
