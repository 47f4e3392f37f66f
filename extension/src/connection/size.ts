/** Sizes of pictures that are scaled, or cut to another shape. */

export interface PictureSize {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** How much smaller a picture of `size` is sent to a page that is to get less. At least 1. */
export function downscaleFactor(size: PictureSize, given: PictureSize): number {
  // The larger side counts, so that a page that cuts its picture out has enough of it.
  return Math.max(1, Math.min(size.width / given.width, size.height / given.height));
}

/** Whether one is the other but for scaling, and for sizes that are rounded. */
export function isSameShape(a: PictureSize, b: PictureSize): boolean {
  const scale = Math.min(a.width / b.width, a.height / b.height);
  return (
    Math.abs(a.width - scale * b.width) < TOLERANCE * a.width &&
    Math.abs(a.height - scale * b.height) < TOLERANCE * a.height
  );
}

/** Sides that differ by less than this share of them count as rounded. */
const TOLERANCE = 0.01;

/**
 * The middle of a picture, as large as this shape allows. All of it is even, as frames with fewer
 * colours than pixels can only be cut there.
 */
export function largestCut(
  size: PictureSize,
  shape: PictureSize,
): PictureSize & { readonly x: number; readonly y: number } {
  const scale = Math.min(size.width / shape.width, size.height / shape.height);
  const even = (value: number) => 2 * Math.floor(value / 2);
  const width = Math.max(2, even(scale * shape.width + 0.5));
  const height = Math.max(2, even(scale * shape.height + 0.5));
  return { x: even((size.width - width) / 2), y: even((size.height - height) / 2), width, height };
}
