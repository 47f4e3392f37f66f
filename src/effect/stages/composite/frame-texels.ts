/**
 * Converts frames to RGBA for a software renderer. There the browser takes four times as long to
 * upload a frame of planes as a texture, and keeps copies in a cache that grows to half a gigabyte.
 */
export class FrameTexels {
  private texels = new Uint8Array(0);

  /**
   * @returns RGBA in the colours that the frame would be drawn in, valid until the next call; null
   * if the browser draws the frame well as it is, or cannot convert it.
   */
  async of(frame: VideoFrame): Promise<Uint8Array | null> {
    if (frame.format !== 'I420' && frame.format !== 'NV12') return null;
    const { rotation = 0, flip = false } = frame as { rotation?: number; flip?: boolean };
    const { visibleRect: rect, displayWidth, displayHeight } = frame;
    if (rotation !== 0 || flip || rect?.width !== displayWidth || rect.height !== displayHeight) return null;
    const size = frame.allocationSize({ format: 'RGBA' });
    // Browsers that cannot convert ignore the format.
    if (size !== displayWidth * displayHeight * 4) return null;
    if (this.texels.length !== size) this.texels = new Uint8Array(size);
    await frame.copyTo(this.texels, { format: 'RGBA' });
    return this.texels;
  }
}
