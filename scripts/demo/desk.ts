/** The room as a webcam across a desk sees it, and the desk with everything on it. */
import {
  box,
  capsule,
  createLayer,
  drawSprite,
  ellipse,
  layOver,
  length,
  mix,
  outline,
  paint,
  polygon,
  smooth,
  type Colour,
  type Layer,
  type Shape,
  type Units,
} from './raster.ts';
import {
  BOOKS,
  cutHole,
  drawTree,
  FRAME,
  sunOnTheWall,
  WALL_LIGHT,
  WALL_SHADE,
  WOOD,
  WOOD_SHADE,
} from './room-parts.ts';

/** The scene in three parts, between which the person is drawn. */
export interface DeskScene {
  /** Draws what is behind the person over a whole picture, at a phase 0..1 of the loop. */
  readonly drawRoom: (picture: Layer, phase: number) => void;
  /** The desk's top, in front of the person's body. */
  readonly desk: Layer;
  /** What stands on the desk, in front of the person's hands. */
  readonly things: Layer;
}

/** The height in the picture at which the desk's far edge lies. */
export const DESK_EDGE = 0.655;
/**
 * The horizon's height in the picture. Lines on the desk that lead away from the camera meet there.
 */
const HORIZON = 0.25;
const TURN = 2 * Math.PI;
/** The far room is a little out of focus; the desk is nearly sharp. */
const FAR = 0.006;
const NEAR = 0.0024;

/**
 * Paints the scene's layers once for a size. Units are picture heights: y from 0 (top) to 1, x from
 * the picture's middle.
 */
export function furnishDesk(width: number, height: number): DeskScene {
  const units: Units = { scale: height, x: width / 2, y: 0 };
  const side = width / height / 2;
  const layer = () => createLayer(width, height);
  const outside = layer();
  const sky = (_x: number, y: number) => mix([232, 238, 242], [205, 219, 222], smooth(y / 0.7));
  paint(outside, units, box(-1.2, 0, -0.6, 0.7), sky, 0);
  paint(outside, units, ellipse(-0.85, 0.6, 0.4, 0.2), [150, 166, 146], 0.04);
  const wall = paintWall(layer(), units, side);
  const furniture = paintFurniture(layer(), units);
  const plant = paintPlant(createLayer(Math.ceil(0.5 * height), Math.ceil(0.36 * height)), height);
  const desk = paintDesk(layer(), units, side);
  const things = paintThings(layer(), units);

  return {
    desk,
    things,
    drawRoom(picture, phase) {
      layOver(picture, outside);
      drawTree(picture, units, phase, -1.02);
      layOver(picture, wall);
      sunOnTheWall(picture, { ...units, x: units.x + 0.12 * height }, 0, phase);
      layOver(picture, furniture);
      drawSprite(picture, plant, {
        pivot: [0.25 * height, 0.34 * height],
        at: [units.x + 0.73 * height, 0.69 * height],
        scale: 1,
        turn: 0.025 * Math.sin(TURN * (phase * 2 + 0.2)),
      });
    },
  };
}

function paintWall(layer: Layer, units: Units, side: number): Layer {
  const wall = (x: number, y: number) => {
    const plaster = 1.6 * Math.sin(x * 31 + 4 * y) * Math.sin(y * 23 - 3 * x);
    const shade = 0.1 + 0.72 * smooth((x + 0.75) / 1.9) + 0.16 * smooth(y - 0.2);
    // The lamp's warm light around its shade.
    const lamp = 0.32 * smooth(1 - length(x - 0.02, (y - 0.2) * 0.8) / 0.42);
    const [r, g, b] = mix(WALL_LIGHT, WALL_SHADE, shade);
    return [r + plaster + 62 * lamp, g + plaster + 44 * lamp, b + plaster + 14 * lamp] as const;
  };
  paint(layer, units, box(-side - 0.1, -0.1, side + 0.1, 1.1), wall, 0);
  const [left, right, top, bottom] = [-1.08, -0.72, 0.06, 0.56];
  paint(layer, units, box(left, top - 0.03, right + 0.045, bottom + 0.05), [120, 128, 126], 0.02, 0.5);
  paint(layer, units, box(left - 0.03, top - 0.03, right + 0.03, bottom + 0.03, 0.004), FRAME, FAR);
  cutHole(layer, units, box(left, top, -0.895, bottom));
  cutHole(layer, units, box(-0.877, top, right, bottom));
  paint(layer, units, box(left, bottom + 0.03, right + 0.06, bottom + 0.062, 0.005), [216, 213, 204], FAR);
  const folds = (x: number) => {
    const fold = 0.5 + 0.5 * Math.sin(x * 150 + 2 * Math.sin(x * 37));
    return mix([206, 198, 184], [160, 150, 136], fold * 0.8);
  };
  paint(layer, units, box(-0.755, 0.01, -0.615, 1.2), folds, 0.01, 0.97);
  paint(layer, units, box(-1, 0.008, -0.55, 0.022, 0.005), WOOD_SHADE, FAR);
  return layer;
}

function paintFurniture(layer: Layer, units: Units): Layer {
  paintBookcase(layer, units, [-0.5, -0.07, 0.055], [0.225, 0.385, 0.545, 0.71]);
  // A picture of hills.
  paint(layer, units, box(0.57, 0.115, 0.81, 0.295), [62, 68, 68], 0.022, 0.45);
  paint(layer, units, box(0.56, 0.1, 0.8, 0.28), WOOD_SHADE, FAR);
  paint(layer, units, box(0.573, 0.113, 0.787, 0.267), [206, 200, 188], FAR);
  paint(layer, units, ellipse(0.645, 0.215, 0.06, 0.035), [126, 146, 140], 0.012);
  paint(layer, units, ellipse(0.715, 0.225, 0.05, 0.026), [104, 124, 120], 0.012);
  paint(layer, units, ellipse(0.7, 0.155, 0.018, 0.018), [206, 164, 118], 0.009);
  // A floor lamp, on.
  const brass = (x: number) => mix([150, 132, 100], [84, 72, 56], smooth((x - 0.012) / 0.016));
  paint(layer, units, box(0.014, 0.28, 0.027, 0.8), brass, 0.004);
  const shade = polygon([
    [-0.025, 0.15],
    [0.065, 0.15],
    [0.09, 0.285],
    [-0.05, 0.285],
  ]);
  const glow = (x: number, y: number) => {
    const middle = smooth(1 - Math.abs(x - 0.02) / 0.085);
    return mix([222, 190, 142], [255, 238, 204], middle * smooth((y - 0.12) / 0.16));
  };
  paint(layer, units, shade, glow, FAR);
  const glaze = (x: number) => mix([176, 164, 148], [104, 90, 80], smooth((x - 0.64) / 0.18));
  paint(layer, units, box(0.655, 0.66, 0.805, 0.9, 0.02), glaze, FAR);
  paintChair(layer, units);
  return layer;
}

/** Long bent leaves, on a sprite of 0.5 x 0.36 units whose stem stands at (0.25, 0.34). */
function paintPlant(sprite: Layer, height: number): Layer {
  const units: Units = { scale: height, x: 0.25 * height, y: 0.34 * height };
  const leaves = 17;
  for (let k = 0; k < leaves; k++) {
    const place = ((k * 7) % leaves) / (leaves - 1) - 0.5;
    const long = 0.2 + 0.028 * ((k * 5) % 4) - 0.12 * Math.abs(place);
    const broad = 0.015 + 0.003 * (k % 3);
    const rib = Array.from({ length: 9 }, (_, step) => {
      const t = step / 8;
      const turn = place * (1.5 + 1.3 * t);
      return [Math.sin(turn) * long * t, -Math.cos(turn) * long * t, t, turn] as const;
    });
    const edge = (side: number) =>
      rib.map(([x, y, t, turn]) => {
        const half = side * broad * Math.sin(Math.PI * Math.min(0.12 + t * 0.92, 1)) ** 0.8;
        return [x + half * Math.cos(turn), y + half * Math.sin(turn)] as const;
      });
    const light = ((k * 3) % 5) / 4;
    const green = (x: number, y: number) =>
      mix(
        mix([46, 76, 52], [98, 130, 80], light * 0.8 + 0.2 * smooth(0.5 - x * 2)),
        [34, 56, 44],
        smooth(1 - length(x, y) / 0.17) * 0.75,
      );
    paint(sprite, units, polygon([...edge(1), ...edge(-1).reverse()]), green, 0.008);
    for (const [step, [x, y]] of rib.slice(1, -1).entries()) {
      const [nx, ny] = rib[step + 2]!;
      paint(sprite, units, capsule(x, y, 0.001, nx, ny, 0.0008), [140, 166, 112], 0.004, 0.25);
    }
  }
  return sprite;
}

function paintBookcase(
  layer: Layer,
  units: Units,
  [left, right, top]: readonly [number, number, number],
  boards: readonly number[],
): void {
  const wood = (x: number, y: number) =>
    mix(
      WOOD,
      WOOD_SHADE,
      0.3 + 0.25 * smooth((x - left) / (right - left)) + 0.1 * Math.sin(x * 60 + y * 700),
    );
  paint(layer, units, box(left + 0.02, top + 0.03, right + 0.05, 0.9), [66, 74, 74], 0.04, 0.45);
  paint(layer, units, box(left, top, right, 0.9, 0.003), wood, FAR);
  const back = (x: number, y: number) => {
    const board = boards.find((line) => line > y) ?? 1;
    // Each shelf lies in the shade of the board above it.
    return mix([92, 76, 62], [48, 38, 32], 0.25 + 0.6 * smooth((board - y) / 0.17 - 0.2) + 0.1 * (x - left));
  };
  paint(layer, units, box(left + 0.017, top + 0.017, right - 0.017, 0.9), back, FAR);
  for (const [row, y] of boards.entries()) {
    let x = left + 0.024;
    for (let k = 0; x < right - 0.05; k++) {
      const pick = (k * 7 + row * 5 + 3) % 16;
      const thick = 0.013 + 0.0035 * ((k * 5 + row * 3) % 4);
      const tall = 0.088 + 0.011 * ((k * 3 + row * 7 + ((k * k) % 3)) % 5);
      if ((k * 3 + row * 4) % 11 === 5) {
        x += paintOrnament(layer, units, x, y, row);
        continue;
      }
      const colour = BOOKS[pick % BOOKS.length]!;
      const spine = (bx: number) => mix(colour, [36, 34, 36], 0.16 + 0.4 * smooth((bx - x) / thick - 0.3));
      // The last one before a gap leans on its neighbour.
      const lean = k > 0 && (k * 3 + row * 4) % 11 === 4 ? 0.022 : 0;
      const book: Shape = polygon([
        [x, y],
        [x + thick, y],
        [x + thick - lean, y - tall],
        [x - lean, y - tall],
      ]);
      paint(layer, units, book, spine, 0.004);
      if (pick % 3 !== 1) {
        const label = box(
          x + 0.003 - lean * 0.72,
          y - tall * 0.8,
          x + thick - 0.003 - lean * 0.72,
          y - tall * 0.72,
        );
        paint(layer, units, label, [206, 194, 164], 0.004, 0.45);
      }
      x += thick + 0.0015;
    }
    paint(layer, units, box(left + 0.012, y, right - 0.012, y + 0.017), wood, FAR);
    paint(layer, units, box(left + 0.014, y + 0.017, right - 0.014, y + 0.03), [30, 26, 24], 0.012, 0.4);
  }
}

/** Something else than a book on a shelf; returns how much room it takes. */
function paintOrnament(layer: Layer, units: Units, x: number, y: number, row: number): number {
  if (row % 2 === 0) {
    const vase = (vx: number) => mix([196, 192, 180], [120, 112, 102], smooth((vx - x) / 0.06));
    paint(layer, units, ellipse(x + 0.035, y - 0.03, 0.026, 0.031), vase, 0.005);
    paint(layer, units, box(x + 0.026, y - 0.075, x + 0.044, y - 0.045), vase, 0.005);
    return 0.075;
  }
  const card = (cx: number, cy: number) => mix([150, 122, 96], [108, 86, 70], (cx - x) * 8 + (y - cy) * 3);
  paint(layer, units, box(x + 0.008, y - 0.062, x + 0.098, y, 0.004), card, 0.005);
  paint(layer, units, box(x + 0.04, y - 0.04, x + 0.066, y - 0.024), [212, 204, 186], 0.005, 0.8);
  return 0.108;
}

/** The back of the chair that the person sits on: a frame of wood and a cushion. */
function paintChair(layer: Layer, units: Units): void {
  const wood = (x: number, y: number) =>
    mix([176, 138, 98], [112, 82, 56], 0.6 * smooth((x - 0.12) / 0.36) + 0.3 * smooth((y - 0.42) / 0.3));
  const cloth = (x: number, y: number) =>
    mix([132, 146, 128], [84, 96, 86], 0.6 * smooth((x - 0.12) / 0.36) + 0.4 * smooth((y - 0.42) / 0.3));
  paint(layer, units, box(0.165, 0.49, 0.485, 0.84, 0.05), [70, 78, 80], 0.04, 0.35);
  paint(layer, units, box(0.135, 0.475, 0.455, 0.84, 0.045), wood, 0.004);
  paint(layer, units, box(0.153, 0.493, 0.437, 0.84, 0.03), cloth, 0.005);
}

/** A point of the desk's top by its place in the picture: how far to the side, and how far away. */
function onDesk(x: number, y: number): readonly [number, number] {
  const away = 0.62 / (y - HORIZON);
  return [x * away, away];
}

function paintDesk(layer: Layer, units: Units, side: number): Layer {
  const wood = (x: number, y: number): Colour => {
    const [across, away] = onDesk(x, y);
    const plank = Math.floor(away * 7.3);
    const wander = away * 150 + 3 * Math.sin(across * 2.6 + plank * 2.1) + 1.2 * Math.sin(across * 9 + plank);
    const grain = 0.5 * Math.sin(wander) + 0.3 * Math.sin(wander * 2.7 + across * 3);
    const seam = smooth(1 - Math.abs(away * 7.3 - Math.round(away * 7.3)) / 0.03);
    const shade = 0.12 + 0.6 * smooth((x + 0.9) / 1.9) + 0.05 * Math.sin(plank * 5.1);
    const [r, g, b] = mix([196, 160, 122], [112, 86, 65], shade);
    // The window's light on the varnish.
    const gloss =
      34 * smooth(1 - Math.abs(x + 0.7 - 0.3 * (y - 0.65)) / 0.34) * smooth(1.25 - (y - 0.6) * 2.4);
    const line = 3.2 * grain - 16 * seam;
    return [r + line + gloss, g + line + gloss, b + line + gloss * 1.05];
  };
  paint(layer, units, box(-side - 0.1, DESK_EDGE, side + 0.1, 1.1), wood, NEAR);
  paint(
    layer,
    units,
    box(-side - 0.1, DESK_EDGE - 0.001, side + 0.1, DESK_EDGE + 0.004),
    [214, 186, 150],
    NEAR,
    0.45,
  );
  return layer;
}

function paintThings(layer: Layer, units: Units): Layer {
  paintNotebook(layer, units);
  paintMug(layer, units);
  paintLaptop(layer, units);
  return layer;
}

/** Open, and seen from behind: it hides the hand that types. */
function paintLaptop(layer: Layer, units: Units): void {
  const lid: Shape = polygon(
    [
      [0.302, 0.606],
      [0.642, 0.594],
      [0.649, 0.79],
      [0.31, 0.805],
    ],
    0.006,
  );
  paint(layer, units, capsule(0.335, 0.812, 0.016, 0.68, 0.797, 0.016), [44, 32, 26], 0.03, 0.7);
  const metal = (x: number, y: number) => {
    const across = (x - 0.3) / 0.35;
    const sheen = smooth(1 - Math.abs(across - 0.2 - (y - 0.7) * 0.9) / 0.32);
    const [r, g, b] = mix([104, 108, 114], [58, 60, 66], smooth(across * 0.9 + 0.1));
    const lift = 22 * sheen - 16 * smooth((y - 0.72) / 0.1);
    // The lower part of the lid reflects the desk.
    return [
      r + lift + 10 * smooth((y - 0.72) / 0.1),
      g + lift + 5 * smooth((y - 0.72) / 0.1),
      b + lift,
    ] as const;
  };
  paint(layer, units, lid, metal, 0.0016);
  paint(layer, units, outline(lid, 0.004), [168, 172, 178], 0.0016, 0.55);
  paint(layer, units, ellipse(0.476, 0.7, 0.012, 0.0125), [150, 154, 160], 0.002, 0.8);
  const hinge = polygon([
    [0.31, 0.806],
    [0.652, 0.791],
    [0.652, 0.802],
    [0.311, 0.817],
  ]);
  paint(layer, units, hinge, [40, 42, 46], NEAR);
  paint(layer, units, outline(hinge, 0.002), [22, 20, 20], 0.002, 0.5);
}

function paintMug(layer: Layer, units: Units): void {
  const [x, top, bottom, half] = [-0.1, 0.7, 0.812, 0.043];
  paint(layer, units, capsule(x, bottom, 0.014, x + 0.075, bottom - 0.004, 0.008), [44, 32, 26], 0.024, 0.7);
  const glaze = (px: number) => {
    const across = (px - x) / half;
    const light = 0.85 * smooth(1 - Math.abs(across + 0.45) / 0.75);
    return mix([30, 58, 66], [98, 148, 154], light);
  };
  paint(layer, units, outline(ellipse(x + half + 0.004, 0.752, 0.026, 0.031), 0.012), [46, 84, 92], NEAR);
  paint(layer, units, box(x - half, top, x + half, bottom, 0.012), glaze, NEAR);
  paint(layer, units, ellipse(x, bottom - 0.008, half, 0.0125), glaze, NEAR);
  paint(layer, units, ellipse(x, top, half, 0.0115), [128, 168, 172], NEAR);
  paint(layer, units, ellipse(x, top + 0.001, half - 0.005, 0.009), [50, 62, 64], NEAR);
  paint(layer, units, ellipse(x, top + 0.0035, half - 0.009, 0.0058), [58, 36, 24], NEAR);
}

function paintNotebook(layer: Layer, units: Units): void {
  const page: readonly (readonly [number, number])[] = [
    [-0.49, 0.775],
    [-0.265, 0.765],
    [-0.245, 0.858],
    [-0.52, 0.872],
  ];
  const under = page.map(([x, y]) => [x + 0.006, y + 0.012] as const);
  paint(layer, units, polygon(under, 0.003), [40, 30, 26], 0.014, 0.5);
  paint(
    layer,
    units,
    polygon(
      under.map(([x, y]) => [x - 0.004, y - 0.004] as const),
      0.002,
    ),
    [54, 66, 84],
    NEAR,
  );
  const paper = (x: number, y: number) => {
    const [, away] = onDesk(x, y);
    const line = smooth(1 - Math.abs(((away * 62) % 1) - 0.5) / 0.12);
    const [r, g, b] = mix([240, 236, 224], [196, 190, 180], smooth((x + 0.52) / 0.34));
    return [r - 20 * line, g - 15 * line, b - 8 * line] as const;
  };
  paint(layer, units, polygon(page, 0.002), paper, NEAR);
  paint(layer, units, capsule(-0.4, 0.842, 0.004, -0.287, 0.802, 0.0035), [56, 44, 36], 0.006, 0.4);
  paint(layer, units, capsule(-0.402, 0.838, 0.0042, -0.29, 0.798, 0.0036), [206, 158, 62], 0.002);
  paint(layer, units, capsule(-0.411, 0.841, 0.0015, -0.402, 0.838, 0.0036), [92, 70, 52], 0.002);
}
