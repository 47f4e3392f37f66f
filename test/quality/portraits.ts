import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { projectRoot } from '../fixtures/server.ts';
import type { PartLabels } from './parts.ts';
import { emptyPlanes, type Planes } from './planes.ts';

/** One portrait with what is known about it. */
export interface Portrait {
  /** [3,512,384] */
  picture: Planes;
  /** [1,512,384]: 1 where the person is. */
  mask: Planes;
}

/** The portraits that no net is trained on: those whose ids end in 7. */
export class Portraits {
  private constructor(
    private readonly folder: string,
    /** In order. */
    readonly ids: readonly string[],
  ) {}

  /**
   * @returns null where the data are missing: `PORTOON_DATA`, by default ../shared/data beside the
   *   project.
   */
  static async open(): Promise<Portraits | null> {
    const folder = join(Portraits.data, 'portraits');
    if (!existsSync(join(folder, 'image'))) return null;
    const ids = (await readdir(join(folder, 'image')))
      .filter((name) => name.endsWith('7.jpg'))
      .map((name) => name.slice(0, -4))
      .sort();
    return new Portraits(folder, ids);
  }

  /** Where the data are looked for. */
  static get data(): string {
    return resolve(process.env.PORTOON_DATA ?? join(projectRoot, '../shared/data'));
  }

  async portrait(id: string): Promise<Portrait> {
    const [picture, mask] = await Promise.all([
      this.picture(id),
      readPicture(join(this.folder, 'mask', `${id}.png`), 1),
    ]);
    return { picture, mask };
  }

  /** [3,512,384] */
  picture(id: string): Promise<Planes> {
    return readPicture(join(this.folder, 'image', `${id}.jpg`), 3);
  }

  /** Labels 0..5 (see `PARTS`), 192x256. */
  async parts(id: string): Promise<Uint8Array> {
    return (await this.partLabels(id)).labels;
  }

  partLabels(id: string): Promise<PartLabels> {
    return readLabels(join(this.folder, 'parts', `${id}.png`));
  }
}

/** Reads a PNG of part labels. */
export async function readLabels(file: string): Promise<PartLabels> {
  const { data, width, height } = await readBytes(file, 1);
  return { labels: new Uint8Array(data), size: [width, height] };
}

/**
 * Reads a JPEG or PNG as [channels,H,W], 0..1: colour for 3 channels, the only or first one for 1.
 */
export async function readPicture(file: string, channels: 1 | 3): Promise<Planes> {
  const { data, width, height } = await readBytes(file, channels);
  const planes = emptyPlanes(channels, width, height);
  const pixels = width * height;
  for (let channel = 0; channel < channels; channel++)
    for (let i = 0; i < pixels; i++) planes.data[channel * pixels + i] = data[i * channels + channel]! / 255;
  return planes;
}

async function readBytes(file: string, channels: 1 | 3) {
  const image =
    channels === 3 ? sharp(file).toColourspace('srgb').removeAlpha() : sharp(file).extractChannel(0);
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== channels) throw new Error(`${file} has ${info.channels} channels, not ${channels}.`);
  return { data, width: info.width, height: info.height };
}
