/**
 * Frames whose colours are their own. A browser hands a canvas's pixels over multiplied by alpha, while films, PNG and GIF are read as if
 * they were not: every outline would be darkened.
 */
export class Straightener {
  private pixels = new Uint8ClampedArray(0);

  /** The frame, or where something of it is see-through another one in its place. It is the caller's to close, beside the frame. */
  async frame(frame: VideoFrame): Promise<VideoFrame> {
    if (!(await this.read(frame))) return frame.clone();
    const { width, height } = frame.visibleRect!;
    return new VideoFrame(this.pixels, {
      format: frame.format!,
      codedWidth: width,
      codedHeight: height,
      timestamp: frame.timestamp,
      ...(frame.duration === null ? {} : { duration: frame.duration }),
    });
  }

  /** What to draw on a canvas for the frame: itself, or where something of it is see-through a picture of it. */
  async drawable(frame: VideoFrame): Promise<VideoFrame | OffscreenCanvas> {
    if (!(await this.read(frame))) return frame;
    const { width, height } = frame.visibleRect!;
    if (frame.format === 'BGRA') swapRedAndBlue(this.pixels);
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d')!.putImageData(new ImageData(this.pixels, width, height), 0, 0);
    return canvas;
  }

  /** Whether something of the frame is see-through; then its pixels are here, straight, in the frame's own order. */
  private async read(frame: VideoFrame): Promise<boolean> {
    if (frame.format !== 'RGBA' && frame.format !== 'BGRA') return false;
    const size = frame.allocationSize();
    if (this.pixels.length !== size) this.pixels = new Uint8ClampedArray(size);
    await frame.copyTo(this.pixels);
    return straighten(this.pixels);
  }
}

/**
 * Divides colours by alpha, in place.
 * @param pixels - four bytes each, alpha last.
 * @returns whether any is see-through.
 */
export function straighten(pixels: Uint8ClampedArray): boolean {
  let clear = false;
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = pixels[at + 3]!;
    if (alpha === 255) continue;
    clear = true;
    if (alpha === 0) continue;
    const scale = 255 / alpha;
    pixels[at] = pixels[at]! * scale;
    pixels[at + 1] = pixels[at + 1]! * scale;
    pixels[at + 2] = pixels[at + 2]! * scale;
  }
  return clear;
}

function swapRedAndBlue(pixels: Uint8ClampedArray): void {
  for (let at = 0; at < pixels.length; at += 4) {
    const first = pixels[at]!;
    pixels[at] = pixels[at + 2]!;
    pixels[at + 2] = first;
  }
}
