import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { projectRoot } from '../fixtures/server.ts';
import { meanDifference, perceptualLosses } from './losses.ts';
import { mean } from './matte.ts';
import { style } from './measure-style.ts';
import { Net } from './net.ts';
import { resize, type Planes } from './planes.ts';
import { readPicture, type Portraits } from './portraits.ts';
import type { Progress } from './progress.ts';

/** Feature losses are slow, so they are measured on this many pictures only. */
const FEATURE_PICTURES = 20;

/** How close a style is to its teacher. */
export interface Likeness {
  pictures: number;
  /** Mean absolute difference, 0..1. */
  difference: number;
  /** Content and style loss on the feature net; null where there is none. */
  perceptual: { content: number; style: number } | null;
}

/**
 * Files that the training programs write outside the project: each style's teacher on validation
 * portraits, and a feature net.
 */
export class Teachers {
  private constructor(private readonly features: Net | null) {}

  /** Where they are looked for: `PORTOON_TEACHERS`, by default ../teachers beside the project. */
  static get folder(): string {
    return resolve(process.env.PORTOON_TEACHERS ?? join(projectRoot, '../teachers'));
  }

  static async open(): Promise<Teachers> {
    const file = join(Teachers.folder, 'features.onnx');
    return new Teachers(existsSync(file) ? await Net.open(await readFile(file)) : null);
  }

  async close(): Promise<void> {
    await this.features?.close();
  }

  /** @returns null where the style's teacher has left no pictures of validation portraits. */
  async likeness(net: Net, id: string, portraits: Portraits, progress: Progress): Promise<Likeness | null> {
    const folder = join(Teachers.folder, id);
    const names = new Set(existsSync(folder) ? await readdir(folder) : []);
    const ids = portraits.ids.filter((portrait) => names.has(`${portrait}.png`));
    if (ids.length === 0) return null;
    const differences: number[] = [];
    const content: number[] = [];
    const styles: number[] = [];
    for (const [n, portrait] of ids.entries()) {
      progress.step(n, ids.length);
      const wanted = await readPicture(join(folder, `${portrait}.png`), 3);
      if (wanted.width % 32 !== 0 || wanted.height % 32 !== 0)
        throw new Error(
          `The teacher's picture ${id}/${portrait}.png is ${wanted.width}x${wanted.height}: nets take multiples of 32.`,
        );
      const got = await style(net, resize(await portraits.picture(portrait), [wanted.width, wanted.height]));
      differences.push(meanDifference(got, wanted));
      if (!this.features || n >= FEATURE_PICTURES) continue;
      const losses = perceptualLosses(await maps(this.features, got), await maps(this.features, wanted));
      content.push(losses.content);
      styles.push(losses.style);
    }
    return {
      pictures: ids.length,
      difference: mean(differences),
      perceptual: this.features ? { content: mean(content), style: mean(styles) } : null,
    };
  }
}

/** The feature net's maps in the order of its outputs, shallow to deep. */
async function maps(features: Net, picture: Planes): Promise<Planes[]> {
  const { outputs } = await features.run(picture);
  return features.outputNames.map((name) => outputs[name]!);
}
