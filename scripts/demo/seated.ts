/** The person of the demo at a desk: the cut-out behind it, a forearm and a hand of hers on it. */
import { DESK_EDGE, type DeskScene } from './desk.ts';
import {
  capsule,
  createLayer,
  drawSprite,
  ellipse,
  layOver,
  length,
  mix,
  paint,
  smooth,
  type Colour,
  type Layer,
  type Shape,
  type Units,
} from './raster.ts';

const TURN = 2 * Math.PI;
/** Where she sits, in picture heights from the middle: a third of the way to the edge. */
const SEAT = 0.3;
/** The cut-out's size: its 357 rows from the hair to its lower edge are this share of 360 lines. */
const SCALE = 0.46;
/** The cut-out ends at row 372, which stays behind the desk in every pose. */
const PIVOT: readonly [number, number] = [205, 372];
/** Where the sleeve ends in the cut-out; the forearm continues it. */
const ELBOW: readonly [number, number] = [72, 366];
/** Her hand rests there, in picture heights. */
const HAND: readonly [number, number] = [0.165, 0.79];

/** Half the width of the arm's blurred edge: nearly sharp, as the cut-out is. */
const NEAR = 0.0022;
const SKIN: Colour = [226, 170, 142];
const SKIN_SHADE: Colour = [150, 96, 76];

type Point = readonly [number, number];

/**
 * Draws the person, the desk and what stands on it over the room.
 *
 * @param matte - takes the person's alpha, without what the desk and the things on it hide.
 */
export function drawSeated(
  picture: Layer,
  scene: DeskScene,
  cutOut: Layer,
  phase: number,
  matte: Uint8Array,
): void {
  const turn = TURN * phase;
  const { width, height } = picture;
  const unit = height / 360;
  // She sways, and twice in a period leans towards her screen.
  const lean = Math.sin(2 * turn + 1.1);
  const pose = {
    pivot: PIVOT,
    at: [
      width / 2 + (SEAT + 0.012 * Math.sin(turn) + 0.004 * Math.sin(3 * turn + 0.4)) * height,
      (DESK_EDGE + 0.022 + 0.006 * lean) * height,
    ] as const,
    scale: SCALE * (1 + 0.025 * lean) * unit,
    turn: 0.022 * Math.sin(turn + 0.6) + 0.008 * Math.sin(3 * turn),
  };
  drawSprite(picture, lit(cutOut), pose, matte);
  layOver(picture, scene.desk, { matte });

  const [dx, dy] = [ELBOW[0] - PIVOT[0], ELBOW[1] - PIVOT[1]];
  const elbow = [
    (pose.at[0] - width / 2 + (dx * Math.cos(pose.turn) - dy * Math.sin(pose.turn)) * pose.scale) / height,
    (pose.at[1] + (dx * Math.sin(pose.turn) + dy * Math.cos(pose.turn)) * pose.scale) / height,
  ] as const;
  // The hand moves with her a little.
  const hand = [HAND[0] + 0.006 * Math.sin(2 * turn + 2), HAND[1] + 0.003 * Math.sin(turn * 3)] as const;
  drawShadow(picture, elbow, hand);
  drawForearm(picture, lit(cutOut), elbow, hand, matte);
  layOver(picture, scene.things, { matte });
}

/** The shadow of her body and arm on the desk. */
function drawShadow(picture: Layer, [ex, ey]: Point, [hx, hy]: Point): void {
  const units: Units = { scale: picture.height, x: picture.width / 2, y: 0 };
  const dark: Colour = [46, 32, 26];
  paint(
    picture,
    units,
    capsule(SEAT - 0.15, DESK_EDGE + 0.012, 0.012, SEAT + 0.17, DESK_EDGE + 0.012, 0.012),
    dark,
    0.022,
    0.5,
  );
  paint(picture, units, capsule(ex + 0.02, ey + 0.045, 0.02, hx + 0.02, hy + 0.015, 0.025), dark, 0.028, 0.6);
}

function drawForearm(picture: Layer, cutOut: Layer, elbow: Point, hand: Point, matte: Uint8Array): void {
  const { width, height } = picture;
  const left = Math.floor(width / 2 - 0.06 * height);
  const top = Math.floor(0.55 * height);
  const layer = createLayer(Math.ceil(0.4 * height), Math.ceil(0.35 * height));
  const units: Units = { scale: height, x: width / 2 - left, y: -top };
  const [hx, hy] = hand;
  const wrist = [hx - 0.009, hy - 0.066] as const;
  paint(layer, units, capsule(...elbow, 0.05, ...wrist, 0.034), sleeve(cutOut, elbow, wrist, 0.046), NEAR);
  fadeIn(layer, units);
  paintHand(layer, units, hx, hy);
  layOver(picture, layer, { left, top, matte, joins: true });
}

/** Above the desk's edge the forearm goes over into the sleeve that it belongs to. */
function fadeIn({ data, width, height }: Layer, units: Units): void {
  for (let y = 0; y < height; y++) {
    const share = smooth(((y + 0.5 - units.y) / units.scale - DESK_EDGE + 0.03) / 0.026);
    for (let at = y * width * 4; at < (y + 1) * width * 4; at++) data[at]! *= share;
  }
}

/** The cloth of the upper sleeve laid along the forearm, and shaded as a round arm. */
function sleeve(cutOut: Layer, [ex, ey]: Point, [wx, wy]: Point, radius: number) {
  const reach = length(wx - ex, wy - ey);
  const [ax, ay] = [(wx - ex) / reach, (wy - ey) / reach];
  return (x: number, y: number): Colour => {
    const along = ((x - ex) * ax + (y - ey) * ay) / reach;
    const across = ((y - ey) * ax - (x - ex) * ay) / radius;
    const u = 96 - 20 * across;
    const v = 306 + 62 * Math.min(Math.max(along, -0.6), 1);
    const side = smooth(1 - Math.abs(across - 0.25) / 1.35);
    const light = 0.56 + 0.46 * side - 0.1 * smooth(along * 1.2 - 0.4);
    const [r, g, b] = between(cutOut, u, v);
    return [r * light, g * light, b * light];
  };
}

/** A layer's colour between its pixels. */
function between({ data, width }: Layer, u: number, v: number): Colour {
  const [iu, iv] = [Math.floor(u), Math.floor(v)];
  const [fu, fv] = [u - iu, v - iv];
  const at = (iv * width + iu) * 4;
  const channel = (c: number) => {
    const upper = data[at + c]! * (1 - fu) + data[at + 4 + c]! * fu;
    const lower = data[at + width * 4 + c]! * (1 - fu) + data[at + width * 4 + 4 + c]! * fu;
    return upper * (1 - fv) + lower * fv;
  };
  return [channel(0), channel(1), channel(2)];
}

/** A hand that lies on the desk, its fingers towards the camera. */
function paintHand(layer: Layer, units: Units, x: number, y: number): void {
  const skin = (px: number, py: number) =>
    mix(SKIN, SKIN_SHADE, 0.6 * smooth((px - x + 0.03) / 0.085) + 0.3 * smooth((py - y) / 0.04));
  const part = (shape: Shape, opacity = 1) => {
    paint(layer, units, shape, skin, NEAR, opacity);
  };
  const gap = (shape: Shape, opacity: number) => {
    paint(layer, units, shape, SKIN_SHADE, NEAR, opacity);
  };
  part(capsule(x - 0.008, y - 0.026, 0.023, x, y - 0.01, 0.032));
  // The ring at the end of the sleeve has the same metal as the one around the neck.
  const ring = (px: number) => mix([146, 140, 160], [46, 42, 54], smooth((px - x + 0.036) / 0.05));
  paint(layer, units, ellipse(x - 0.008, y - 0.047, 0.031, 0.0085), ring, NEAR);
  // The thumb.
  gap(capsule(x + 0.026, y - 0.014, 0.012, x + 0.038, y + 0.016, 0.009), 0.7);
  part(capsule(x + 0.025, y - 0.014, 0.011, x + 0.035, y + 0.014, 0.0075));
  for (const [k, long] of [0.026, 0.036, 0.04, 0.034].entries()) {
    const [from, to] = [x + (k - 1.5) * 0.0148, x + (k - 1.6) * 0.0162];
    const knuckle = y + 0.001 - 0.002 * Math.abs(k - 1.5);
    gap(capsule(from + 0.0015, knuckle, 0.0085, to + 0.0015, y + long, 0.0068), 0.85);
    part(capsule(from, knuckle, 0.0078, to, y + long - 0.001, 0.0058));
    gap(ellipse(to, y + long * 0.55, 0.005, 0.0016), 0.3);
    paint(layer, units, ellipse(to, y + long - 0.001, 0.0032, 0.0036), [236, 190, 168], 0.0016, 0.5);
  }
}

const lits = new WeakMap<Layer, Layer>();

/** The cut-out in the room's light: darker away from the window and down behind the desk. */
function lit(cutOut: Layer): Layer {
  const known = lits.get(cutOut);
  if (known) return known;
  const { width, height } = cutOut;
  const layer = createLayer(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const light = 1.0 - 0.24 * smooth((x - 60) / 300) - 0.12 * smooth((y - 280) / 100);
      layer.data[at] = cutOut.data[at]! * light;
      layer.data[at + 1] = cutOut.data[at + 1]! * light * 0.99;
      layer.data[at + 2] = cutOut.data[at + 2]! * light * 1.01;
      layer.data[at + 3] = cutOut.data[at + 3]!;
    }
  }
  lits.set(cutOut, layer);
  return layer;
}
