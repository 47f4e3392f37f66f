import { frameTimes } from './constant-rate.ts';
import { FrameResizer } from '../picture/frame-resizer.ts';
import type { FilmWriter } from '../file/writer.ts';

/** Writes pictures into a film at the size and the rate of its file. */
export class PictureWriter {
  private readonly resizer = new FrameResizer();

  /**
   * @param size - of the file: the pictures' own, or larger at the right and lower edge.
   * @param frameRate - frames a second, for a constant rate.
   */
  constructor(
    private readonly writer: FilmWriter,
    private readonly size: readonly [width: number, height: number],
    private readonly frameRate: number | undefined,
  ) {}

  /** @returns how many frames of the file it became. The caller closes the picture. */
  async write(picture: VideoFrame): Promise<number> {
    const [width, height] = this.size;
    const { frameRate } = this;
    const moments = frameRate === undefined ? [picture.timestamp / 1e6] : frameTimes(picture, frameRate);
    const fits = picture.displayWidth === width && picture.displayHeight === height;
    const whole = fits ? picture : this.resizer.pad(picture, width, height);
    try {
      for (const moment of moments) await this.writer.addFrame(whole, moment);
    } finally {
      if (!fits) whole.close();
    }
    return moments.length;
  }
}
