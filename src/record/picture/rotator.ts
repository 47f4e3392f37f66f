import type { Rotation, VideoSample } from 'mediabunny';

/**
 * The side of the square that is turned in one go. Its bytes fit into the processor's nearest
 * cache.
 */
const TILE = 16;

/** Turns pictures that lie on their side, plane by plane: no colour is converted. */
export class Rotator {
  private lying = new Uint8Array(0);
  private standing = new Uint8Array(0);

  /** Whether it can turn this one: 8 bits a colour in three planes, even sides. */
  takes({ format, visibleRect }: VideoSample): boolean {
    return format === 'I420' && visibleRect.width % 2 === 0 && visibleRect.height % 2 === 0;
  }

  /** @returns the picture as a player shows it, with the time zero; the caller closes both. */
  async turn(sample: VideoSample, rotation: Rotation): Promise<VideoFrame> {
    const { width, height } = sample.visibleRect;
    const bytes = (width * height * 3) / 2;
    if (this.lying.length !== bytes) {
      this.lying = new Uint8Array(bytes);
      this.standing = new Uint8Array(bytes);
    }
    await sample.copyTo(this.lying);
    let from = 0;
    for (const [w, h] of [
      [width, height],
      [width / 2, height / 2],
      [width / 2, height / 2],
    ] as const) {
      const to = from + w * h;
      rotatePlane(this.lying.subarray(from, to), this.standing.subarray(from, to), w, h, rotation);
      from = to;
    }
    const upright = rotation % 180 === 0;
    return new VideoFrame(this.standing, {
      format: 'I420',
      codedWidth: upright ? width : height,
      codedHeight: upright ? height : width,
      timestamp: 0,
      colorSpace: sample.colorSpace.toJSON(),
    });
  }
}

/**
 * @param lying - bytes of `width` times `height`, line by line.
 * @param standing - as many, that become the plane turned.
 * @param rotation - clockwise.
 */
export function rotatePlane(
  lying: Uint8Array,
  standing: Uint8Array,
  width: number,
  height: number,
  rotation: Rotation,
): void {
  if (rotation === 180) {
    standing.set(lying);
    standing.reverse();
    return;
  }
  // Where the first byte goes, and how far on the next column and line go.
  const quarter = rotation === 90;
  const first = quarter ? height - 1 : (width - 1) * height;
  const column = quarter ? height : -height;
  const line = quarter ? -1 : 1;
  for (let top = 0; top < height; top += TILE) {
    const bottom = Math.min(height, top + TILE);
    for (let left = 0; left < width; left += TILE) {
      const right = Math.min(width, left + TILE);
      for (let y = top; y < bottom; y++) {
        let to = first + left * column + y * line;
        for (let x = left; x < right; x++, to += column) standing[to] = lying[y * width + x]!;
      }
    }
  }
}
