import type { MaskExtent } from '../roi.ts';

/** From here on, as a share of the frame's height, a person reaches its lower border. */
const BORDER_FROM = 0.97;

/**
 * Follows a person, so that the patterns of a drawn style (dots, hatching) move with them and do
 * not stay on the screen like dirt on a window.
 */
export class PatternAnchor {
  /** Where the last person was seen, and whether at the lower border. */
  private x = 0;
  private y = 0;
  private atBorder: boolean | null = null;
  /** Keeps the pattern in its place when somebody begins to be cut off, or no longer is. */
  private shift = 0;

  /**
   * Moves the anchor to the person. It depends on where they are, not on where they have been, so
   * that a segment of a film continues the pattern of the one before.
   * @param extent - where the person is; null if there is nobody: the anchor stays.
   * @returns the anchor as shares of the frame's width and height.
   */
  follow(extent: MaskExtent | null): readonly [number, number] {
    if (extent) {
      const atBorder = extent.bottom >= BORDER_FROM;
      // The lower end of somebody at the border stays there, so their centre moves half as far.
      const y = atBorder ? 2 * extent.y : extent.y;
      if (this.atBorder !== null && this.atBorder !== atBorder) this.shift += this.y - y;
      this.x = extent.x;
      this.y = y;
      this.atBorder = atBorder;
    }
    return [this.x, this.y + this.shift];
  }
}
