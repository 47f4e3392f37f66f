import { REC_709 } from '../../../media/rec709.ts';

/**
 * Converts frames to RGBA for a software renderer. There the browser takes four times as long to
 * upload a frame of planes as a texture, and keeps copies in a cache that grows to half a gigabyte.
 */
export class FrameTexels {
  /**
   * What blue lacks in the last texels, as a share of its distance from the luma. On Intel's
   * processors Chromium converts BT.709 in the limited range with no factor above 2: blue, which
   * needs 2.11, is 5 % short.
   */
  blueShort = 0;
  private texels = new Uint8Array(0);
  private measured: Promise<number> | null = null;

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
    const { matrix, fullRange } = frame.colorSpace;
    this.blueShort = matrix === 'bt709' && fullRange === false ? await (this.measured ??= measure()) : 0;
    return this.texels;
  }
}

/** Measures {@link FrameTexels.blueShort} for this browser. */
async function measure(): Promise<number> {
  // A blue of 2 by 2 pixels: luma, and what it makes of the chroma for blue.
  const planes = Uint8Array.of(40, 40, 40, 40, 200, 128);
  const luma = ((40 - 16) * 255) / 219;
  const difference = ((200 - 128) * 255 * 1.8556) / 224;
  const size = { codedWidth: 2, codedHeight: 2, timestamp: 0 };
  const frame = new VideoFrame(planes, { ...size, format: 'I420', colorSpace: REC_709 });
  try {
    const pixels = new Uint8Array(16);
    await frame.copyTo(pixels, { format: 'RGBA' });
    const short = difference / (pixels[2]! - luma) - 1;
    return short > 0.01 && short < 0.1 ? short : 0;
  } finally {
    frame.close();
  }
}
