/**
 * A frame's pixels as texels, for a renderer without a graphics processor: there the browser's own way from a frame of planes into a
 * texture takes four times as long, and leaves a copy of every frame in a cache that grows to half a gigabyte.
 */
export class FrameTexels {
  private texels = new Uint8Array(0);

  /**
   * RGBA, in the colours that the frame would be drawn in; holds until the next call. Null where the browser draws it well, or cannot
   * convert it.
   */
  async of(frame: VideoFrame): Promise<Uint8Array | null> {
    if (frame.format !== 'I420' && frame.format !== 'NV12') return null;
    const { rotation = 0, flip = false } = frame as { rotation?: number; flip?: boolean };
    const { visibleRect: rect, displayWidth, displayHeight } = frame;
    if (rotation !== 0 || flip || rect?.width !== displayWidth || rect.height !== displayHeight) return null;
    const size = frame.allocationSize({ format: 'RGBA' });
    // Browsers that do not convert pass over the wish.
    if (size !== displayWidth * displayHeight * 4) return null;
    if (this.texels.length !== size) this.texels = new Uint8Array(size);
    await frame.copyTo(this.texels, { format: 'RGBA' });
    return this.texels;
  }
}
