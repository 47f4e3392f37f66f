import type { Size } from '../../common/size.ts';
import type { ResolvedLook } from '../protocol.ts';
import { refinedAlpha } from '../stages/composite/matte-edge.ts';
import { bodyPartOf, type MatteTexels } from '../stages/matte/matte-stage.ts';
import { netSize } from '../stages/net-size.ts';
import type { PrepareStage } from '../stages/prepare/prepare-stage.ts';
import type { Roi } from '../stages/roi.ts';

/** A small copy of one frame, and where the look lets a style show on it. */
export interface PreviewFrame {
  /** Input size of the style nets. */
  readonly size: Size;
  /** Size of the preview, in the frame's own shape. */
  readonly pictureSize: Size;
  /** [3,H,W] at `size`: the R, G and B planes, 0..1. */
  readonly live: Float32Array;
  /** [H,W] at `size`: 0 shows the live picture, 1 the style. */
  readonly share: Float32Array;
}

/**
 * Copies the frame that the prepare stage has loaded, at the size of a preview.
 * @param width - of the preview in pixels.
 * @param matte - of the frame; null if the style shows everywhere.
 */
export async function readPreviewFrame(
  width: number,
  prepare: PrepareStage,
  { region, strength }: Pick<ResolvedLook, 'region' | 'strength'>,
  matte: MatteTexels | null,
): Promise<PreviewFrame> {
  const height = Math.max(1, Math.round(width / prepare.aspect));
  const size = netSize(Math.min(width, height), prepare.aspect);
  const live = await prepare.planes(size);
  const share = new Float32Array(size[0] * size[1]).fill(strength);
  if (matte) {
    const part = bodyPartOf(region);
    forEachSample(size, matte.roi, (i, sample) => {
      const alpha = refinedAlpha(
        sample((at) => matte.texels[4 * at]!),
        sample((at) => matte.texels[4 * at + 3]!),
      );
      const inside = part ? alpha * sample((at) => matte.share[at]!) : alpha;
      share[i] = strength * (region === 'background' ? 1 - alpha : inside);
    });
  }
  return { size, pictureSize: [width, height], live, share };
}

/**
 * Composites a preview in main memory, as the shader does at full size.
 * @param styled - [3,H,W] at the frame's `size`, 0..1; null for the live picture.
 */
export async function compositePreview(
  { size, pictureSize, live, share }: PreviewFrame,
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
    resizeWidth: pictureSize[0],
    resizeHeight: pictureSize[1],
    resizeQuality: 'medium',
  });
}

/** Reads a field at the current place: `byteAt` gives its bytes, and the result is 0..1. */
type Sample = (byteAt: (index: number) => number) => number;

/**
 * Calls `visit` for every pixel of a picture of the whole frame. `sample` then reads fields of a
 * region at that place, bilinearly; beside the region they are 0.
 */
function forEachSample(
  [width, height]: Size,
  { grid, x: roiX, y: roiY, size: [fromWidth, fromHeight] }: Roi,
  visit: (pixel: number, sample: Sample) => void,
): void {
  let left = 0;
  let right = 0;
  let top = 0;
  let bottom = 0;
  let towardsRight = 0;
  let towardsBottom = 0;
  let isBeside = false;
  const sample: Sample = (byteAt) => {
    if (isBeside) return 0;
    const [leftTop, rightTop] = [byteAt(top + left), byteAt(top + right)];
    const [leftBottom, rightBottom] = [byteAt(bottom + left), byteAt(bottom + right)];
    const above = leftTop + towardsRight * (rightTop - leftTop);
    const below = leftBottom + towardsRight * (rightBottom - leftBottom);
    return (above + towardsBottom * (below - above)) / 255;
  };
  for (let y = 0, i = 0; y < height; y++) {
    const line = ((y + 0.5) * grid[1]) / height - 0.5 - roiY;
    const fromY = Math.min(fromHeight - 1, Math.max(0, line));
    const row = Math.floor(fromY);
    towardsBottom = fromY - row;
    top = row * fromWidth;
    bottom = Math.min(fromHeight - 1, row + 1) * fromWidth;
    for (let x = 0; x < width; x++, i++) {
      const column = ((x + 0.5) * grid[0]) / width - 0.5 - roiX;
      const fromX = Math.min(fromWidth - 1, Math.max(0, column));
      isBeside = column < -1 || line < -1 || column > fromWidth || line > fromHeight;
      left = Math.floor(fromX);
      right = Math.min(fromWidth - 1, left + 1);
      towardsRight = fromX - left;
      visit(i, sample);
    }
  }
}
