import type { MaskExtent, Roi } from '../roi.ts';
import { MIN_VISIBLE_ALPHA } from './matte-stage.ts';

/**
 * Finds where a matte shows something. A pixel counts where the fitted or the plain alpha is
 * visible, because the shader mixes both.
 * @param texels - as {@link GuidedFilter.texels}, at the size of `roi`.
 * @param share - as {@link PartShare.texels}; null if the whole person counts.
 * @returns null if nothing shows.
 */
export function maskExtent(
  texels: Uint8Array,
  share: Uint8Array | null,
  { grid, size: [width, height], x: roiX, y: roiY }: Roi,
): MaskExtent | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  let [mass, massX, massY] = [0, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const plain = texels[4 * i + 3]!;
      if (texels[4 * i]! < MIN_VISIBLE_ALPHA && plain < MIN_VISIBLE_ALPHA) continue;
      if (share && share[i]! < MIN_VISIBLE_ALPHA) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
      const weight = share ? plain * share[i]! : plain;
      mass += weight;
      massX += weight * x;
      massY += weight * y;
    }
  }
  if (right < 0) return null;
  return {
    left: (roiX + left) / grid[0],
    top: (roiY + top) / grid[1],
    right: (roiX + right + 1) / grid[0],
    bottom: (roiY + bottom + 1) / grid[1],
    x: mass > 0 ? (roiX + massX / mass + 0.5) / grid[0] : 0.5,
    y: mass > 0 ? (roiY + massY / mass + 0.5) / grid[1] : 0.5,
  };
}
