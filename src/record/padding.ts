/** Makes pictures larger at their right and lower edge, where their last line comes again. */
export class Padding {
  private context: OffscreenCanvasRenderingContext2D | null = null;

  /**
   * A picture of this size in pixels, with the time and duration of `picture`. The caller closes
   * both.
   */
  pad(picture: VideoFrame, width: number, height: number): VideoFrame {
    const { displayWidth: ownWidth, displayHeight: ownHeight, timestamp, duration } = picture;
    this.context ??= new OffscreenCanvas(width, height).getContext('2d', { alpha: false });
    if (!this.context) throw new Error('no 2D canvas in this worker');
    // Drawn larger first, so that its edge shows where it does not reach.
    this.context.drawImage(picture, width - ownWidth, height - ownHeight);
    this.context.drawImage(picture, 0, height - ownHeight);
    this.context.drawImage(picture, width - ownWidth, 0);
    this.context.drawImage(picture, 0, 0);
    return new VideoFrame(this.context.canvas, { timestamp, ...(duration === null ? {} : { duration }) });
  }
}
