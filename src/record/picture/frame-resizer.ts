import { REC_709 } from '../../media/rec709.ts';

/** Brings pictures to the size of the file that they go into. */
export class FrameResizer {
  private context: OffscreenCanvasRenderingContext2D | null = null;

  /** @param alpha - whether what is transparent stays so. */
  constructor(private readonly alpha = false) {}

  /**
   * Enlarges at the right and lower edge, where the last line comes again: for codecs that take no
   * odd sizes.
   * @returns a picture of this size in pixels, with the time and duration of `picture`. The caller
   *   closes both.
   */
  pad(picture: VideoFrame, width: number, height: number): VideoFrame {
    const { displayWidth: ownWidth, displayHeight: ownHeight } = picture;
    const context = this.canvas(width, height);
    // Drawn larger first, so that its edge shows where it does not reach.
    context.drawImage(picture, width - ownWidth, height - ownHeight);
    context.drawImage(picture, 0, height - ownHeight);
    context.drawImage(picture, width - ownWidth, 0);
    context.drawImage(picture, 0, 0);
    return this.frameFrom(context, picture);
  }

  /**
   * Scales, all of the picture in the middle: for a source that becomes another one half-way. What
   * it does not reach is black, or transparent.
   * @returns as {@link FrameResizer.pad}.
   */
  contain(picture: VideoFrame, width: number, height: number): VideoFrame {
    const scale = Math.min(width / picture.displayWidth, height / picture.displayHeight);
    const ownWidth = Math.round(scale * picture.displayWidth);
    const ownHeight = Math.round(scale * picture.displayHeight);
    const context = this.canvas(width, height);
    context.clearRect(0, 0, width, height);
    const left = (width - ownWidth) >> 1;
    const top = (height - ownHeight) >> 1;
    context.drawImage(picture, left, top, ownWidth, ownHeight);
    return this.frameFrom(context, picture);
  }

  private canvas(width: number, height: number): OffscreenCanvasRenderingContext2D {
    this.context ??= new OffscreenCanvas(width, height).getContext('2d', {
      alpha: this.alpha,
      willReadFrequently: !this.alpha,
    });
    if (!this.context) throw new Error('no 2D canvas in this worker');
    const { canvas } = this.context;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    return this.context;
  }

  private frameFrom(context: OffscreenCanvasRenderingContext2D, like: VideoFrame): VideoFrame {
    const { width, height } = context.canvas;
    const { timestamp, duration } = like;
    const times = { timestamp, ...(duration === null ? {} : { duration }) };
    if (this.alpha) return new VideoFrame(context.canvas, times);
    // A frame made of the canvas itself would be coded in the full range.
    return new VideoFrame(context.getImageData(0, 0, width, height).data, {
      ...times,
      format: 'RGBX',
      codedWidth: width,
      codedHeight: height,
      colorSpace: REC_709,
    });
  }
}
