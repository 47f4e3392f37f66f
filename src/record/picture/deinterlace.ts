import type { VideoSample } from 'mediabunny';

/** Code values that differ by no more than this differ by noise only. */
const NOISE = 10;

/**
 * Makes whole pictures of those whose odd lines were taken at another moment. Where something
 * moves, an odd line becomes the mean of those above and below it; what stands still keeps all of
 * its lines.
 */
export class Deinterlacer {
  private planes = new Uint8Array(0);
  private before = new Uint8Array(0);
  private result = new Uint8Array(0);

  /** Whether it can: 8 bits a colour in planes, even sides. */
  takes({ format, visibleRect }: VideoSample): boolean {
    return (
      (format === 'I420' || format === 'NV12') && visibleRect.width % 2 === 0 && visibleRect.height % 2 === 0
    );
  }

  /** @returns the picture with the time zero; the caller closes both. */
  async frame(sample: VideoSample): Promise<VideoFrame> {
    const { width, height } = sample.visibleRect;
    const bytes = (width * height * 3) / 2;
    const isFirst = this.planes.length !== bytes;
    if (isFirst) {
      this.planes = new Uint8Array(bytes);
      this.before = new Uint8Array(bytes);
      this.result = new Uint8Array(bytes);
    }
    [this.planes, this.before] = [this.before, this.planes];
    await sample.copyTo(this.planes);
    // Nothing is known of what moves in the first picture: all of it may.
    const before = isFirst ? null : this.before;
    let from = 0;
    const format = sample.format as 'I420' | 'NV12';
    // Both chromas of NV12 stand in one plane, and its lines are as long.
    for (const [w, h] of format === 'NV12'
      ? [
          [width, height],
          [width, height / 2],
        ]
      : [
          [width, height],
          [width / 2, height / 2],
          [width / 2, height / 2],
        ]) {
      const to = from + w! * h!;
      joinFields(
        this.planes.subarray(from, to),
        before?.subarray(from, to) ?? null,
        this.result.subarray(from, to),
        w!,
      );
      from = to;
    }
    return new VideoFrame(this.result, {
      format,
      codedWidth: width,
      codedHeight: height,
      timestamp: 0,
      colorSpace: sample.colorSpace.toJSON(),
    });
  }
}

/**
 * One plane of a picture.
 * @param before - the same plane of the picture before; null where there is none.
 * @param result - becomes the plane of a whole picture.
 */
export function joinFields(
  plane: Uint8Array,
  before: Uint8Array | null,
  result: Uint8Array,
  width: number,
): void {
  result.set(plane);
  for (let line = width; line < plane.length; line += 2 * width) {
    // The last line has none below it.
    const below = line + width < plane.length ? width : -width;
    for (let at = line; at < line + width; at++) {
      const own = plane[at]!;
      const upper = plane[at - width]!;
      const lower = plane[at + below]!;
      const mean = (upper + lower + 1) >> 1;
      if (Math.abs(own - mean) <= NOISE) continue;
      const moves =
        before === null ||
        Math.abs(own - before[at]!) > NOISE ||
        Math.abs(upper - before[at - width]!) > NOISE ||
        Math.abs(lower - before[at + below]!) > NOISE;
      if (moves) result[at] = mean;
    }
  }
}
