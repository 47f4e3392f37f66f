/** The room behind the person: drawn by code, a little out of focus, never quite still. */
import {
  BOOKS,
  cutHole,
  drawTree,
  FRAME,
  paintLeaves,
  sunOnTheWall,
  WALL_LIGHT,
  WALL_SHADE,
  WOOD,
  WOOD_SHADE,
} from './room-parts.ts';
import {
  box,
  createLayer,
  drawLayer,
  drawSprite,
  ellipse,
  mix,
  paint,
  smooth,
  type Layer,
  type Units,
} from './raster.ts';

/** Draws the room at a phase 0..1 of the loop over a whole picture. */
export type Room = (picture: Layer, phase: number) => void;

/**
 * How far the layers travel to each side, in picture heights: the room pans and the near moves more
 * than the far.
 */
const TRAVEL = { outside: 0.006, wall: 0.013, shelf: 0.017, plant: 0.024 };
const MARGIN = 0.04;
const TURN = 2 * Math.PI;

/**
 * Paints the room's layers once for a size. Units are picture heights: y from 0 (top) to 1, x from
 * the picture's middle.
 */
export function furnish(width: number, height: number): Room {
  const margin = Math.ceil(MARGIN * height) + 1;
  const units: Units = { scale: height, x: width / 2 + margin, y: margin };
  const side = width / height / 2 + MARGIN;
  const layer = () => createLayer(width + 2 * margin, height + 2 * margin);

  const outside = paintOutside(layer(), units);
  const wall = paintWall(layer(), units, side);
  const shelf = paintShelves(layer(), units, side);
  const pot = paintPot(layer(), units);
  const plant = paintLeaves(createLayer(Math.ceil(0.56 * height), Math.ceil(0.56 * height)), height);

  const treeUnits: Units = { scale: height, x: width / 2, y: 0 };
  return (picture, phase) => {
    const sway = Math.sin(TURN * phase);
    const lift = Math.cos(TURN * phase) * 0.2;
    const place = (travel: number): [number, number] => [
      margin + travel * sway * height,
      margin + travel * lift * height,
    ];
    drawLayer(picture, outside, ...place(TRAVEL.outside));
    drawTree(picture, treeUnits, phase, -0.86);
    drawLayer(picture, wall, ...place(TRAVEL.wall));
    sunOnTheWall(picture, units, margin, phase);
    drawLayer(picture, shelf, ...place(TRAVEL.shelf));
    drawLayer(picture, pot, ...place(TRAVEL.plant));
    const [potX, potY] = place(TRAVEL.plant);
    drawSprite(picture, plant, {
      pivot: [0.28 * height, 0.5 * height],
      at: [width / 2 + 0.66 * height + (margin - potX), 0.86 * height + (margin - potY)],
      scale: 1,
      turn: 0.035 * Math.sin(TURN * (phase * 2 + 0.2)),
    });
  };
}

function paintOutside(layer: Layer, units: Units): Layer {
  const sky = (_x: number, y: number) => mix([232, 238, 242], [205, 219, 222], smooth(y / 0.7));
  paint(layer, units, box(-1, 0.02, -0.4, 0.75), sky, 0);
  paint(layer, units, ellipse(-0.68, 0.68, 0.4, 0.2), [150, 166, 146], 0.04);
  return layer;
}

function paintWall(layer: Layer, units: Units, side: number): Layer {
  const wall = (x: number, y: number) => {
    const fromWindow = smooth((x + 0.45) / 1.5);
    const plaster = 1.6 * Math.sin(x * 31 + 4 * y) * Math.sin(y * 23 - 3 * x);
    const [r, g, b] = mix(WALL_LIGHT, WALL_SHADE, 0.15 + 0.7 * fromWindow + 0.18 * smooth(y - 0.2));
    return [r + plaster, g + plaster, b + plaster] as const;
  };
  const [left, right, top, bottom] = [-0.9, -0.5, 0.1, 0.66];
  paint(layer, units, box(-side - 0.1, -0.1, side + 0.1, 1.1), wall, 0);
  // The reveal's shadow, the frame, then the panes are cut out so that the outside shows.
  paint(
    layer,
    units,
    box(left - 0.035, top - 0.03, right + 0.045, bottom + 0.05),
    [120, 128, 126],
    0.02,
    0.5,
  );
  paint(layer, units, box(left - 0.03, top - 0.03, right + 0.03, bottom + 0.03, 0.004), FRAME, 0.006);
  const middle = (left + right) / 2;
  cutHole(layer, units, box(left, top, middle - 0.009, bottom));
  cutHole(layer, units, box(middle + 0.009, top, right, bottom));
  paint(
    layer,
    units,
    box(left - 0.06, bottom + 0.03, right + 0.06, bottom + 0.065, 0.005),
    [216, 213, 204],
    0.006,
  );
  // A curtain to each side of the window.
  for (const [from, to] of [
    [left - 0.14, left + 0.045],
    [right - 0.03, right + 0.13],
  ] as const) {
    const folds = (x: number) => {
      const fold = 0.5 + 0.5 * Math.sin(x * 150 + 2 * Math.sin(x * 37));
      return mix([206, 198, 184], [168, 158, 144], fold * 0.8);
    };
    paint(layer, units, box(from, 0.03, to, 1.2), folds, 0.012, 0.96);
  }
  paint(layer, units, box(left - 0.2, 0.028, right + 0.2, 0.042, 0.005), WOOD_SHADE, 0.006);
  return layer;
}

function paintShelves(layer: Layer, units: Units, side: number): Layer {
  const soft = 0.007;
  // A picture above the boards.
  paint(layer, units, box(0.49, 0.075, 0.7, 0.235), [70, 76, 76], 0.02, 0.4);
  paint(layer, units, box(0.48, 0.06, 0.69, 0.22), WOOD_SHADE, soft);
  paint(layer, units, box(0.492, 0.072, 0.678, 0.208), [222, 216, 202], soft);
  paint(layer, units, ellipse(0.57, 0.165, 0.055, 0.03), [140, 158, 150], 0.012);
  paint(layer, units, ellipse(0.615, 0.125, 0.022, 0.022), [206, 152, 104], 0.01);
  for (const [index, y] of [0.42, 0.7].entries()) {
    const [from, to] = [0.44, side + 0.1];
    paint(layer, units, box(from + 0.01, y + 0.02, to, y + 0.075), [66, 74, 74], 0.028, 0.5);
    let x = from + 0.035;
    for (let k = 0; k < 9; k++) {
      const pick = (k * 5 + index * 3) % BOOKS.length;
      const thick = 0.019 + 0.007 * ((k * 7 + index) % 3);
      const tall = 0.105 + 0.022 * ((k * 3 + index * 2) % 4);
      // Every so often a gap where something else stands.
      if ((k + index * 2) % 5 === 3) {
        paint(
          layer,
          units,
          ellipse(x + 0.04, y - 0.035, 0.031, 0.037),
          index ? [176, 128, 98] : [206, 204, 196],
          soft,
        );
        paint(
          layer,
          units,
          box(x + 0.029, y - 0.09, x + 0.051, y - 0.05),
          index ? [164, 118, 90] : [196, 194, 186],
          soft,
        );
        x += 0.095;
        continue;
      }
      const spine = (bx: number) => mix(BOOKS[pick]!, [40, 40, 44], 0.25 * smooth((bx - x) / thick));
      paint(layer, units, box(x, y - tall, x + thick, y, 0.002), spine, soft);
      paint(
        layer,
        units,
        box(x + 0.004, y - tall * 0.78, x + thick - 0.004, y - tall * 0.7),
        [212, 200, 170],
        soft,
        0.5,
      );
      x += thick + 0.002;
    }
    const grain = (bx: number, by: number) =>
      mix(WOOD, WOOD_SHADE, 0.35 + 0.12 * Math.sin(bx * 60 + by * 900));
    paint(layer, units, box(from, y, to, y + 0.026, 0.003), grain, soft);
  }
  return layer;
}

function paintPot(layer: Layer, units: Units): Layer {
  const glaze = (x: number) => mix([202, 190, 172], [128, 112, 98], smooth((x - 0.56) / 0.2));
  paint(layer, units, box(0.575, 0.86, 0.745, 1.1, 0.02), glaze, 0.009);
  paint(layer, units, box(0.565, 0.845, 0.755, 0.885, 0.01), glaze, 0.009);
  return layer;
}
