import { paletteOf } from './picture-palette.ts';

/** Longest side at which a picture's colours are counted. */
const LONGEST = 96;

/**
 * The main colours of a picture, as `paletteOf` gives them. The picture does not leave the page.
 * @throws if the file is no picture.
 */
export async function readColours(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return paletteOf(context.getImageData(0, 0, width, height).data);
}
