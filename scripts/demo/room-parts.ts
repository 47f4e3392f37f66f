/** What both views of the demo's room share: its colours, its tree, its plant and its sunlight. */
import {
  ellipse,
  length,
  mix,
  paint,
  smooth,
  type Colour,
  type Layer,
  type Shape,
  type Units,
} from './raster.ts';

export const WALL_LIGHT: Colour = [183, 194, 190];
export const WALL_SHADE: Colour = [116, 129, 130];
export const WOOD: Colour = [137, 101, 72];
export const WOOD_SHADE: Colour = [88, 64, 47];
export const FRAME: Colour = [226, 224, 216];
export const BOOKS: readonly Colour[] = [
  [96, 74, 70],
  [60, 88, 104],
  [176, 160, 130],
  [112, 126, 96],
  [70, 70, 86],
  [150, 116, 92],
  [196, 188, 172],
  [84, 104, 98],
];

const TURN = 2 * Math.PI;

/** Makes the inside of a shape transparent, so that what lies under the layer shows. */
export function cutHole(layer: Layer, units: Units, shape: Shape): void {
  const { data } = layer;
  const [x0, y0, x1, y1] = shape.bounds;
  for (
    let py = Math.floor((y0 - 0.01) * units.scale + units.y);
    py < (y1 + 0.01) * units.scale + units.y;
    py++
  ) {
    for (
      let px = Math.max(0, Math.floor((x0 - 0.01) * units.scale + units.x));
      px < (x1 + 0.01) * units.scale + units.x;
      px++
    ) {
      const d = shape.distance((px + 0.5 - units.x) / units.scale, (py + 0.5 - units.y) / units.scale);
      const open = smooth((0.006 - d) / 0.012);
      const at = (py * layer.width + px) * 4;
      for (let channel = 0; channel < 4; channel++) data[at + channel]! *= 1 - open;
    }
  }
}

/**
 * Draws the tree before the window, moving in the wind. `left` is where its first branch stands.
 */
export function drawTree(picture: Layer, units: Units, phase: number, left: number): void {
  for (let k = 0; k < 5; k++) {
    const gust =
      0.012 * Math.sin(TURN * (phase * 2 + k * 0.23)) + 0.006 * Math.sin(TURN * (phase * 3 + k * 0.4));
    const crown = ellipse(left + 0.075 * k + gust, 0.43 + 0.03 * Math.sin(k * 2.4), 0.06, 0.085);
    paint(picture, units, crown, [128 + 9 * k, 152 + 5 * k, 118 + 8 * k], 0.03, 0.75);
  }
}

/** Leaves on a sprite of 0.56 x 0.56 units whose stem stands at (0.28, 0.5). */
export function paintLeaves(sprite: Layer, height: number): Layer {
  const units: Units = { scale: height, x: 0.28 * height, y: 0.5 * height };
  const leaves = 15;
  for (let k = 0; k < leaves; k++) {
    const turn = -Math.PI / 2 + ((k * 7) % leaves) * (2.5 / (leaves - 1)) - 1.25;
    const reach = 0.095 + 0.02 * ((k * 5) % 4);
    const [dx, dy] = [Math.cos(turn), Math.sin(turn)];
    const light = ((k * 3) % 5) / 4;
    const green = (x: number, y: number) =>
      mix(mix([52, 88, 58], [112, 148, 88], light), [40, 66, 50], smooth(1 - length(x, y) / 0.22) * 0.6);
    paint(sprite, units, ellipse(dx * reach, dy * reach, reach * 0.97, 0.026, turn), green, 0.008);
    paint(
      sprite,
      units,
      ellipse(dx * reach, dy * reach, reach * 0.85, 0.002, turn),
      [150, 176, 120],
      0.005,
      0.35,
    );
  }
  return sprite;
}

/** The window's light on the wall, which clouds dim and the day moves. */
export function sunOnTheWall(picture: Layer, units: Units, margin: number, phase: number): void {
  const drift = 0.03 * Math.sin(TURN * phase + 1);
  const strength = 0.1 + 0.05 * Math.sin(TURN * phase + 2.6);
  const { scale } = units;
  const { data, width, height } = picture;
  for (let py = 0; py < height; py++) {
    const y = (py + 0.5) / scale;
    for (let px = 0; px < width; px++) {
      const x = (px + 0.5 + margin - units.x) / scale;
      // Two panes of light, leaning.
      const u = x - drift - 0.35 * (0.5 - y);
      const pane = Math.max(band(u, -0.3, -0.06), band(u, -0.03, 0.21)) * band(y, 0.02, 0.56);
      if (pane <= 0) continue;
      const gain = 1 + strength * pane;
      const at = (py * width + px) * 4;
      data[at] = data[at]! * gain + 3 * pane;
      data[at + 1] = data[at + 1]! * gain + 2 * pane;
      data[at + 2] = data[at + 2]! * (gain - 0.02 * pane);
    }
  }
}

function band(value: number, from: number, to: number): number {
  return smooth((value - from) / 0.05 + 0.5) * smooth((to - value) / 0.05 + 0.5);
}
