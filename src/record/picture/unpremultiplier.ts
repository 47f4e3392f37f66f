/**
 * Turns premultiplied colours into straight ones. Browsers hand out a canvas's pixels multiplied by
 * alpha, while films, PNG and GIF expect straight ones: without this, every outline would be too
 * dark.
 */
export class Unpremultiplier {
  private pixels = new Uint8ClampedArray(0);

  /**
   * What to draw for the frame on a canvas: the frame itself or, where parts are transparent, a
   * straight copy.
   */
  async drawable(frame: VideoFrame): Promise<VideoFrame | OffscreenCanvas> {
    if (!(await this.read(frame))) return frame;
    const { width, height } = frame.visibleRect!;
    if (frame.format === 'BGRA') swapRedAndBlue(this.pixels);
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d')!.putImageData(new ImageData(this.pixels, width, height), 0, 0);
    return canvas;
  }

  /**
   * Whether any of the frame is transparent. If so, its straight pixels are left in this object, in
   * the frame's own order.
   */
  private async read(frame: VideoFrame): Promise<boolean> {
    if (frame.format !== 'RGBA' && frame.format !== 'BGRA') return false;
    const size = frame.allocationSize();
    if (this.pixels.length !== size) this.pixels = new Uint8ClampedArray(size);
    await frame.copyTo(this.pixels);
    return unpremultiply(this.pixels);
  }
}

/**
 * Divides colours by alpha, in place.
 * @param pixels - four bytes each, alpha last.
 * @returns whether any is see-through.
 */
export function unpremultiply(pixels: Uint8ClampedArray): boolean {
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
