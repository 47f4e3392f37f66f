import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { furnishDesk, type DeskScene } from './desk.ts';
import { createLayer, drawSprite, layOver, type Layer } from './raster.ts';
import { furnish, type Room } from './room.ts';
import { drawSeated } from './seated.ts';

/** Seconds after which either framing is where it began, to the pixel. */
export const DEMO_PERIOD = 8;

/** A frame and its truth. */
export interface DemoFrame {
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel, opaque. */
  readonly rgba: Uint8ClampedArray;
  /**
   * The person's alpha, a byte a pixel. The frame is person * alpha + room * (1 - alpha), and
   * sensor noise. The room is the one without her, except for her shadow on the desk.
   */
  readonly matte: Uint8Array;
}

/** The sensor's noise, one standard deviation in steps of 255. */
const NOISE = 1.1;
/** Frames per second at which the noise changes. */
const NOISE_RATE = 30;

/** How the camera sees the person: her bust in the middle, or behind a desk, further away. */
export type Framing = 'portrait' | 'desk';

/** What a frame of the demo shows. */
export interface DemoOptions {
  /** Whether the person is there. Default true; false shows the room alone. */
  readonly person?: boolean;
  /** Default `portrait`. */
  readonly framing?: Framing;
}

/**
 * The demo at a time in seconds: the person sways before a room that is never quite still. The same
 * arguments give the same bytes, and the picture repeats every `DEMO_PERIOD`.
 */
export function demoFrame(
  seconds: number,
  width: number,
  height: number,
  { person = true, framing = 'portrait' }: DemoOptions = {},
): DemoFrame {
  const phase = (((seconds / DEMO_PERIOD) % 1) + 1) % 1;
  const picture = createLayer(width, height);
  const matte = new Uint8Array(width * height);
  if (framing === 'portrait') {
    roomOf(width, height)(picture, phase);
    if (person) drawPerson(picture, phase, matte);
  } else {
    const scene = deskOf(width, height);
    scene.drawRoom(picture, phase);
    if (person) drawSeated(picture, scene, cutOut(), phase, matte);
    else for (const layer of [scene.desk, scene.things]) layOver(picture, layer);
  }
  const tick = Math.round(phase * DEMO_PERIOD * NOISE_RATE) % (DEMO_PERIOD * NOISE_RATE);
  return { width, height, rgba: develop(picture, tick), matte };
}

/**
 * The portrait ends at row 372: what lies on the picture's lower edge must stay above it in every
 * pose.
 */
const WAIST: readonly [number, number] = [205, 362];

function drawPerson(picture: Layer, phase: number, matte: Uint8Array): void {
  const turn = 2 * Math.PI * phase;
  const unit = picture.height / 360;
  drawSprite(
    picture,
    cutOut(),
    {
      pivot: WAIST,
      at: [
        picture.width / 2 + (-6 + 15 * Math.sin(turn) + 3 * Math.sin(2 * turn + 1)) * unit,
        picture.height + (1.5 + 1.5 * Math.sin(2 * turn)) * unit,
      ],
      scale: (0.968 + 0.03 * Math.sin(turn + 2)) * unit,
      turn: 0.02 * Math.sin(turn + 0.7) + 0.006 * Math.sin(3 * turn),
    },
    matte,
  );
}

function develop({ data, width, height }: Layer, tick: number): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const noise = noiseAt(pixel, tick) * NOISE;
    const at = pixel * 4;
    rgba[at] = data[at]! + noise;
    rgba[at + 1] = data[at + 1]! + noise;
    rgba[at + 2] = data[at + 2]! + noise;
    rgba[at + 3] = 255;
  }
  return rgba;
}

/** Near enough to a normal deviate: the sum of four bytes of a hash. */
function noiseAt(pixel: number, tick: number): number {
  let hash = Math.imul(pixel ^ Math.imul(tick + 1, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  const sum = (hash & 255) + ((hash >>> 8) & 255) + ((hash >>> 16) & 255) + (hash >>> 24);
  return (sum - 510) / 147.8;
}

const rooms = new Map<string, Room>();

function roomOf(width: number, height: number): Room {
  const key = `${width}x${height}`;
  let room = rooms.get(key);
  if (!room) rooms.set(key, (room = furnish(width, height)));
  return room;
}

const desks = new Map<string, DeskScene>();

function deskOf(width: number, height: number): DeskScene {
  const key = `${width}x${height}`;
  let scene = desks.get(key);
  if (!scene) desks.set(key, (scene = furnishDesk(width, height)));
  return scene;
}

let loaded: Layer | undefined;

/** The portrait's cut-out, see person.md. */
function cutOut(): Layer {
  if (loaded) return loaded;
  const { width, height, data } = PNG.sync.read(readFileSync(join(import.meta.dirname, 'person.png')));
  const layer = createLayer(width, height);
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3]! / 255;
    for (let channel = 0; channel < 3; channel++) layer.data[at + channel] = data[at + channel]! * alpha;
    layer.data[at + 3] = alpha;
  }
  loaded = layer;
  return layer;
}
