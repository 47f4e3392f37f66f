/**
 * The brushwork of painted styles as tiles: what a painter adds that is in no camera's picture,
 * such as facets that cut through a form, or strokes that run in waves.
 */
import type { DrawRecipe } from '../../models/draw-recipe.ts';
import { chanceOf, sampleTile } from './tile.ts';

export type BrushworkKind = NonNullable<DrawRecipe['brushwork']>['kind'];

/** Sides of a tile in texels; it repeats without a seam. */
export const BRUSHWORK_TILE = 512;
/** Relief below this, 0..1, is a contour between two planes. */
export const CONTOUR = 0.1;
/** From one plane to another it takes so many texels to each side of their border. */
export const BORDER = 2;
/** The relief that changes no lightness; 1 lightens most and `CONTOUR` darkens most. */
export const LEVEL = 0.55;

/** How a surface is cut into planes. */
interface Planes {
  /** Planes along each side of the tile. */
  readonly count: number;
  /** How many times as long as wide a plane is. */
  readonly stretch: number;
  /** Texels by which borders bend. */
  readonly bend: number;
  /** Texels of the contour between two planes. */
  readonly contour: number;
  /** Shares of the planes that are painted with the second, third and fourth ramp of pigments. */
  readonly ramps: readonly [number, number, number];
  /**
   * The shape of a plane.
   * @param across - texels from the plane's middle line.
   * @param chance - the plane's own number, 0..1.
   * @returns -1..1, darkest to lightest.
   */
  readonly relief: (across: number, chance: number) => number;
}

/** Large cut-outs, each shaded from one side to the other. */
const FACETS: Planes = {
  count: 5,
  stretch: 2.6,
  bend: 18,
  contour: 0,
  ramps: [0.13, 0.1, 0.15],
  relief: (across, chance) => 0.9 * clamp(across / 55, -0.8, 0.8) + 0.8 * (chance - 0.5),
};

/** Cylinders with a highlight along the middle. */
const DRUMS: Planes = {
  count: 7,
  stretch: 1.5,
  bend: 12,
  contour: 5,
  ramps: [0.3, 0.22, 0.14],
  relief: (across) => Math.cos(Math.min(Math.PI, Math.abs(across) / 9)),
};

const MAKERS: Readonly<Record<BrushworkKind, () => Uint8Array>> = {
  facets: () => planesTile(FACETS),
  drums: () => planesTile(DRUMS),
  waves: wavesTile,
};
const made = new Map<BrushworkKind, Uint8Array>();

/**
 * A tile: [BRUSHWORK_TILE,BRUSHWORK_TILE,4]. Its first three bytes are the shares of the second,
 * third and fourth ramp of pigments, its last one the relief.
 */
export function brushworkTile(kind: BrushworkKind): Uint8Array {
  let tile = made.get(kind);
  if (!tile) made.set(kind, (tile = MAKERS[kind]()));
  return tile;
}

/**
 * A tile at a place, as a texture gives it.
 * @param x, y - texels.
 * @returns the shares of three ramps and the relief, 0..1.
 */
export function brushworkAt(kind: BrushworkKind, x: number, y: number): readonly number[] {
  const tile = { texels: brushworkTile(kind), side: BRUSHWORK_TILE, channels: 4 };
  return [0, 1, 2, 3].map((channel) => sampleTile(tile, x, y, channel));
}

/** One plane of a tile; places in texels. */
interface Plane {
  readonly x: number;
  readonly y: number;
  /** The direction in which it is long. */
  readonly cos: number;
  readonly sin: number;
  readonly chance: number;
  /** 0 for the first ramp of pigments. */
  readonly ramp: number;
}

/** Texels along the side of a block whose nearest planes are looked for at once. */
const BLOCK = 16;
/** No place of a block is farther from its middle than this, bent borders included. */
const BLOCK_REACH = 24;

/** Planes grow from their centres until they meet: a Voronoi diagram of stretched distances. */
function planesTile(planes: Planes): Uint8Array {
  const { count, contour, relief } = planes;
  const all = Array.from({ length: count * count }, (_, i) => planeAt(i, planes));
  const tile = new Uint8Array(4 * BRUSHWORK_TILE * BRUSHWORK_TILE);
  for (let block = 0; block < (BRUSHWORK_TILE / BLOCK) ** 2; block++) {
    const left = BLOCK * (block % (BRUSHWORK_TILE / BLOCK));
    const top = BLOCK * Math.floor(block / (BRUSHWORK_TILE / BLOCK));
    const near = nearestPlanes(all, left + BLOCK / 2, top + BLOCK / 2, planes);
    for (let i = 0; i < BLOCK * BLOCK; i++) {
      const [x, y] = [left + (i % BLOCK), top + Math.floor(i / BLOCK)];
      const place = bent(x, y, planes);
      let [nearest, second] = [Infinity, Infinity];
      let [own, next] = [near[0]!, near[0]!];
      for (const plane of near) {
        const distance = distanceTo(plane, place, planes);
        if (distance < nearest) {
          [nearest, second] = [distance, nearest];
          [own, next] = [plane, own];
        } else if (distance < second) {
          second = distance;
          next = plane;
        }
      }
      const t = 4 * (y * BRUSHWORK_TILE + x);
      const toBorder = second - nearest;
      const share = 0.5 + 0.5 * Math.min(1, toBorder / BORDER);
      if (own.ramp > 0) tile[t + own.ramp - 1]! += 255 * share;
      if (next.ramp > 0) tile[t + next.ramp - 1]! += 255 * (1 - share);
      const ownRelief = relief(acrossOf(own, place), own.chance);
      const nextRelief = relief(acrossOf(next, place), next.chance);
      // Its own bytes rise towards the contour's border, which so lies between texels.
      tile[t + 3] =
        toBorder < contour
          ? (255 * CONTOUR * toBorder) / contour
          : reliefByte(nextRelief + share * (ownRelief - nextRelief));
    }
  }
  return tile;
}

/** The planes that may be the nearest or second at some place of a block. */
function nearestPlanes(all: readonly Plane[], x: number, y: number, planes: Planes): Plane[] {
  const middle = bent(x, y, planes);
  const distances = all.map((plane) => distanceTo(plane, middle, planes));
  const second = [...distances].sort((a, b) => a - b)[1]!;
  return all.filter((_, i) => distances[i]! < second + 2 * BLOCK_REACH);
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where a texel lies before the borders are bent. */
function bent(x: number, y: number, { bend }: Planes): Place {
  return {
    x: x + bend * (wave(x, y, 1, 2, 0.1) + 0.4 * wave(x, y, 3, -2, 0.6)),
    y: y + bend * (wave(x, y, -2, 1, 0.4) + 0.4 * wave(x, y, 2, 3, 0.9)),
  };
}

function distanceTo(plane: Plane, place: Place, { stretch }: Planes): number {
  const [right, down] = [shortest(place.x - plane.x), shortest(place.y - plane.y)];
  const along = (right * plane.cos + down * plane.sin) / stretch;
  const across = down * plane.cos - right * plane.sin;
  return Math.sqrt(along * along + across * across);
}

/** Texels from a plane's middle line. */
function acrossOf({ x, y, cos, sin }: Plane, place: Place): number {
  return shortest(place.y - y) * cos - shortest(place.x - x) * sin;
}

function planeAt(i: number, { count, ramps: [second, third, fourth] }: Planes): Plane {
  const pitch = BRUSHWORK_TILE / count;
  const angle = 2 * Math.PI * chanceOf(i + 1, 3);
  const drawn = chanceOf(i + 1, 4);
  const borders = [second, second + third, second + third + fourth];
  return {
    x: ((i % count) + 0.1 + 0.8 * chanceOf(i + 1, 1)) * pitch,
    y: (Math.floor(i / count) + 0.1 + 0.8 * chanceOf(i + 1, 2)) * pitch,
    cos: Math.cos(angle),
    sin: Math.sin(angle),
    chance: chanceOf(i + 1, 5),
    ramp: borders.findIndex((border) => drawn < border) + 1,
  };
}

/** Strokes side by side that run in long waves, broad bands of them in other ramps. */
function wavesTile(): Uint8Array {
  const tile = new Uint8Array(4 * BRUSHWORK_TILE * BRUSHWORK_TILE);
  for (let y = 0, t = 0; y < BRUSHWORK_TILE; y++)
    for (let x = 0; x < BRUSHWORK_TILE; x++, t += 4) {
      const bend = wave(x, y, 1, 0, 0.2) + 0.7 * wave(x, y, 2, 1, 0.7) + 0.36 * wave(x, y, -3, 2, 0.4);
      const turns = (12 * y) / BRUSHWORK_TILE + 1.1 * bend;
      const stroke = sine(2 * turns + 0.18 * wave(x, y, 2, 3, 0));
      const band = sine(0.5 * turns + 0.32 * wave(x, y, 1, -1, 0.3));
      tile[t] = 255 * clamp(0.5 + 3 * (band - 0.45), 0, 1);
      tile[t + 1] = 255 * clamp(0.5 - 3 * (band + 0.75), 0, 1);
      tile[t + 3] = reliefByte(0.75 * stroke + 0.25 * band);
    }
  return tile;
}

/** A wave with so many turns across and down the tile, -1..1. */
function wave(x: number, y: number, across: number, down: number, phase: number): number {
  return sine((across * x + down * y) / BRUSHWORK_TILE + phase);
}

function sine(turns: number): number {
  return Math.sin(2 * Math.PI * turns);
}

function reliefByte(relief: number): number {
  return 255 * (LEVEL + (1 - LEVEL) * clamp(relief, -1, 1));
}

/** A distance on a tile that repeats: the shorter way. */
function shortest(distance: number): number {
  if (distance > BRUSHWORK_TILE / 2) return distance - BRUSHWORK_TILE;
  return distance < -BRUSHWORK_TILE / 2 ? distance + BRUSHWORK_TILE : distance;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
