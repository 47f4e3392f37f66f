import { demoFrame, type DemoFrame } from './frame.ts';

/** Height of the small portrait, as a share of the frame's height. */
const HEIGHT_SHARE = 0.156;
/** The portrait's left edge, and the edge of the desk that hides its lower end. */
const [LEFT, BOTTOM] = [0.781, 0.656];

/**
 * The demo's person across the room: the portrait at 15 % of the height, far behind the desk.
 * @param seconds - as `demoFrame` takes them.
 * @param from - where the small portrait's left edge is, as a share of the width; 0.84 at most.
 */
export function farAway(seconds: number, width: number, height: number, from = LEFT): DemoFrame {
  const [smallWidth, smallHeight] = [HEIGHT_SHARE * width, HEIGHT_SHARE * height].map(
    (side) => 2 * Math.floor(side / 2),
  ) as [number, number];
  const small = demoFrame(seconds, smallWidth, smallHeight);
  const without = demoFrame(seconds, smallWidth, smallHeight, { person: false });
  const frame = demoFrame(seconds, width, height, { framing: 'desk', person: false });
  const [left, top] = [Math.round(from * width), Math.round(BOTTOM * height) - smallHeight];
  for (const [pixel, alpha] of small.matte.entries()) {
    if (alpha === 0) continue;
    const to = (top + Math.floor(pixel / smallWidth)) * width + left + (pixel % smallWidth);
    frame.matte[to] = alpha;
    for (let c = 0; c < 3; c++) {
      const change = small.rgba[4 * pixel + c]! - (1 - alpha / 255) * without.rgba[4 * pixel + c]!;
      frame.rgba[4 * to + c] = (1 - alpha / 255) * frame.rgba[4 * to + c]! + change;
    }
  }
  return frame;
}
