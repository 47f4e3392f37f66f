import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';
import { toRgba, type Planes } from './planes.ts';
import type { SheetPicture } from './sheet-pictures.ts';

/** Pixels of the line above the first row. */
const HEAD = 24;
/** Frames are shown enlarged to the size of a large window, as people see them. */
const SEEN = { width: 1280, height: 720 } as const;

/** One column of the sheet: a picture for each row. */
export interface SheetColumn {
  readonly title: string;
  readonly pictures: readonly Planes[];
}

/**
 * Writes the sheet: the sources in the first column, then the styles side by side.
 * @param cell - width of a picture on the sheet in pixels.
 */
export async function writeSheet(
  file: string,
  rows: readonly SheetPicture[],
  styles: readonly SheetColumn[],
  cell: number,
): Promise<void> {
  const columns = [{ title: 'source', pictures: rows.map(({ picture }) => picture) }, ...styles];
  const height = Math.round((cell * SEEN.height) / SEEN.width);
  const tiles: OverlayOptions[] = [];
  for (const [column, { title, pictures }] of columns.entries()) {
    tiles.push({ input: line(title, cell), left: column * cell, top: 0 });
    for (const [row, picture] of pictures.entries())
      tiles.push({ input: await tile(picture, cell), left: column * cell, top: HEAD + row * height });
  }
  const [width, all] = [columns.length * cell, HEAD + rows.length * height];
  await mkdir(dirname(file), { recursive: true });
  await sharp({ create: { width, height: all, channels: 3, background: 'white' } })
    .composite(tiles)
    .toFile(file);
}

async function tile(picture: Planes, cell: number): Promise<Buffer> {
  const { width, height } = picture;
  const seen = await sharp(Buffer.from(toRgba(picture).buffer), { raw: { width, height, channels: 4 } })
    .resize(SEEN.width, SEEN.height, { kernel: 'linear' })
    .png({ compressionLevel: 1 })
    .toBuffer();
  return sharp(seen).resize(cell).png({ compressionLevel: 1 }).toBuffer();
}

function line(title: string, width: number): Buffer {
  return Buffer.from(
    `<svg width="${width}" height="${HEAD}"><text x="4" y="17" font-size="15" font-family="sans-serif">${title}</text></svg>`,
  );
}
