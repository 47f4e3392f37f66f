import { readFile } from 'node:fs/promises';
import { DrawingMeasure, type DrawingReport, type Drawer } from './measure-drawing.ts';
import type { Model } from './models.ts';
import { Net } from './net.ts';
import { resize, type Planes, type Size } from './planes.ts';
import { Product } from './product.ts';
import type { Progress } from './progress.ts';
import { writeSheet, type SheetColumn } from './sheet.ts';
import { sheetPictures } from './sheet-pictures.ts';
import type { Sources } from './sources.ts';
import { stylePictures } from './style-pictures.ts';

type Style = Pick<Model, 'id' | 'grade'>;

/** A reference net gets frames of this size, like a fine style. */
const REFERENCE_SIZE: Size = [672, 384];

/**
 * Measures what styles make of whole pictures in the product itself.
 * @param reference - a style net of another project to compare with, if there is one: an .onnx file
 * with `frame` and `styled` like our own. It runs alone, without the product's other stages.
 */
export async function measureDrawing(
  styles: readonly Style[],
  sources: Sources,
  progress: Progress,
  reference?: string,
): Promise<{ browser: string; drawings: DrawingReport[] }> {
  progress.begin('pictures for the styles');
  const measure = new DrawingMeasure(await stylePictures(sources));
  const drawings: DrawingReport[] = [];
  const product = await Product.open();
  try {
    for (const style of styles) {
      progress.begin(`${style.id}, drawn by the product`);
      await product.choose(style);
      drawings.push(
        await measure.measure({ id: style.id, film: (frames) => product.film(frames) }, progress),
      );
    }
  } finally {
    await product.close();
  }
  if (reference !== undefined) {
    progress.begin('reference');
    const net = await Net.open(await readFile(reference));
    drawings.push(await measure.measure(netDrawer('reference', net), progress));
    await net.close();
  }
  return { browser: product.version, drawings };
}

/** Wraps a net alone as a drawer. */
export function netDrawer(id: string, net: Net): Drawer {
  return {
    id,
    async film(frames) {
      const drawn: Planes[] = [];
      for (const frame of frames) {
        const { outputs } = await net.run(resize(frame, REFERENCE_SIZE));
        drawn.push(resize(outputs.styled!, [frame.width, frame.height]));
      }
      return drawn;
    },
  };
}

/** Draws the twelve pictures of the sheet in each style, and writes it to `file`. */
export async function makeSheet(
  file: string,
  styles: readonly Style[],
  sources: Sources,
  progress: Progress,
  cell: number,
): Promise<void> {
  const rows = await sheetPictures(sources);
  const columns: SheetColumn[] = [];
  const product = await Product.open();
  try {
    for (const style of styles) {
      progress.begin(`${style.id}, for the sheet`);
      await product.choose(style);
      const pictures: Planes[] = [];
      for (const { picture } of rows) pictures.push(...(await product.film([picture])));
      columns.push({ title: style.id, pictures });
    }
  } finally {
    await product.close();
  }
  await writeSheet(file, rows, columns, cell);
}
