import type { MaskExtent } from '../roi.ts';

/** From here on, as a share of the frame's height, a person reaches its lower border. */
const BORDER_FROM = 0.97;

/**
 * Follows a person, so that the patterns of a drawn style (dots, hatching) move with them and do
 * not stay on the screen like dirt on a window.
 */
export class PatternAnchor {
  private x = 0;
  private y = 0;
  private last: { x: number; y: number; atBorder: boolean } | null = null;

  /**
   * Moves the anchor as far as the person has moved since the frame before.
   * @param extent - where the person is; null if there is nobody.
   * @returns the anchor as shares of the frame's width and height.
   */
  follow(extent: MaskExtent | null): readonly [number, number] {
    if (!extent) {
      this.last = null;
      return [this.x, this.y];
    }
    const atBorder = extent.bottom >= BORDER_FROM;
    // The lower end of somebody at the border stays there, so their centre moves half as far.
    const now = { x: extent.x, y: atBorder ? 2 * extent.y : extent.y, atBorder };
    if (this.last?.atBorder === atBorder) {
      this.x += now.x - this.last.x;
      this.y += now.y - this.last.y;
    }
    this.last = now;
    return [this.x, this.y];
  }
}
