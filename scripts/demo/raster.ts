/**
 * A small software painter: soft shapes into layers, layers and sprites onto a picture. All colours
 * are sRGB 0..255.
 */

export type Colour = readonly [number, number, number];

/** Premultiplied RGBA, four floats a pixel: colour 0..255 times alpha, and alpha 0..1. */
export interface Layer {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export function createLayer(width: number, height: number): Layer {
  return { width, height, data: new Float32Array(width * height * 4) };
}

/**
 * The signed distance to an outline (negative inside), and the box [left, top, right, bottom] it
 * lies in.
 */
export interface Shape {
  readonly distance: (x: number, y: number) => number;
  readonly bounds: readonly [number, number, number, number];
}

export function box(left: number, top: number, right: number, bottom: number, corner = 0): Shape {
  const cx = (left + right) / 2;
  const cy = (top + bottom) / 2;
  const hw = (right - left) / 2 - corner;
  const hh = (bottom - top) / 2 - corner;
  return {
    distance(x, y) {
      const dx = Math.abs(x - cx) - hw;
      const dy = Math.abs(y - cy) - hh;
      return length(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - corner;
    },
    bounds: [left, top, right, bottom],
  };
}

export function ellipse(cx: number, cy: number, rx: number, ry: number, turn = 0): Shape {
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  const reach = Math.max(rx, ry);
  return {
    distance(x, y) {
      const u = (x - cx) * cos + (y - cy) * sin;
      const v = (y - cy) * cos - (x - cx) * sin;
      return (length(u / rx, v / ry) - 1) * Math.min(rx, ry);
    },
    bounds: [cx - reach, cy - reach, cx + reach, cy + reach],
  };
}

/** An outline through points, grown by `corner`, which rounds its corners. */
export function polygon(points: readonly (readonly [number, number])[], corner = 0): Shape {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return {
    distance(x, y) {
      let nearest = Infinity;
      let inside = false;
      let [px, py] = points.at(-1)!;
      for (const [qx, qy] of points) {
        const [ex, ey] = [qx - px, qy - py];
        const along = Math.min(Math.max(((x - px) * ex + (y - py) * ey) / (ex * ex + ey * ey), 0), 1);
        nearest = Math.min(nearest, length(x - px - along * ex, y - py - along * ey));
        if (py > y !== qy > y && x < px + ((y - py) / ey) * ex) inside = !inside;
        [px, py] = [qx, qy];
      }
      return (inside ? -nearest : nearest) - corner;
    },
    bounds: [
      Math.min(...xs) - corner,
      Math.min(...ys) - corner,
      Math.max(...xs) + corner,
      Math.max(...ys) + corner,
    ],
  };
}

/** Two circles of radius `r0` and `r1` and what lies between them: a finger or an arm. */
export function capsule(x0: number, y0: number, r0: number, x1: number, y1: number, r1: number): Shape {
  const [ex, ey] = [x1 - x0, y1 - y0];
  const square = ex * ex + ey * ey;
  return {
    distance(x, y) {
      const along = Math.min(Math.max(((x - x0) * ex + (y - y0) * ey) / square, 0), 1);
      return length(x - x0 - along * ex, y - y0 - along * ey) - r0 - along * (r1 - r0);
    },
    bounds: [
      Math.min(x0 - r0, x1 - r1),
      Math.min(y0 - r0, y1 - r1),
      Math.max(x0 + r0, x1 + r1),
      Math.max(y0 + r0, y1 + r1),
    ],
  };
}

/** The line of an outline, as wide as `thickness`. */
export function outline(shape: Shape, thickness: number): Shape {
  const [left, top, right, bottom] = shape.bounds;
  const half = thickness / 2;
  return {
    distance: (x, y) => Math.abs(shape.distance(x, y)) - half,
    bounds: [left - half, top - half, right + half, bottom + half],
  };
}

/** Where a layer's pixels lie in the units that shapes are drawn in. */
export interface Units {
  /** Pixels per unit. */
  readonly scale: number;
  /** The pixel of the units' origin. */
  readonly x: number;
  readonly y: number;
}

/**
 * Paints a shape over a layer.
 *
 * @param soft half the width of its blurred edge, in units: how far out of focus it stands.
 * @param opacity of the shape's middle, 0..1.
 */
export function paint(
  layer: Layer,
  units: Units,
  shape: Shape,
  colour: Colour | ((x: number, y: number) => Colour),
  soft: number,
  opacity = 1,
): void {
  const { scale } = units;
  const [left, top, right, bottom] = shape.bounds;
  const x0 = Math.max(0, Math.floor((left - soft) * scale + units.x));
  const x1 = Math.min(layer.width, Math.ceil((right + soft) * scale + units.x) + 1);
  const y0 = Math.max(0, Math.floor((top - soft) * scale + units.y));
  const y1 = Math.min(layer.height, Math.ceil((bottom + soft) * scale + units.y) + 1);
  // Never sharper than a pixel: that is the antialiasing.
  const edge = Math.max(soft, 0.7 / scale);
  for (let py = y0; py < y1; py++) {
    const y = (py + 0.5 - units.y) / scale;
    for (let px = x0; px < x1; px++) {
      const x = (px + 0.5 - units.x) / scale;
      const inside = smooth((edge - shape.distance(x, y)) / (2 * edge)) * opacity;
      if (inside <= 0) continue;
      const [r, g, b] = typeof colour === 'function' ? colour(x, y) : colour;
      blend(layer.data, (py * layer.width + px) * 4, r, g, b, inside);
    }
  }
}

/**
 * Lays a layer over a picture, moved by a part of a pixel: (x, y) of the layer comes to (0, 0) of
 * the picture.
 */
export function drawLayer(picture: Layer, layer: Layer, x: number, y: number): void {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = x - ix;
  const fy = y - iy;
  const w00 = (1 - fx) * (1 - fy);
  const w10 = fx * (1 - fy);
  const w01 = (1 - fx) * fy;
  const w11 = fx * fy;
  const from = layer.data;
  const to = picture.data;
  const stride = layer.width * 4;
  const [left, top, right, bottom] = paintedPart(layer);
  const x0 = Math.max(0, left - ix - 1);
  const x1 = Math.min(picture.width, right - ix);
  const y0 = Math.max(0, top - iy - 1);
  const y1 = Math.min(picture.height, bottom - iy);
  for (let py = y0; py < y1; py++) {
    let source = ((py + iy) * layer.width + x0 + ix) * 4;
    let target = (py * picture.width + x0) * 4;
    for (let px = x0; px < x1; px++, source += 4, target += 4) {
      const below = source + stride;
      const alpha =
        from[source + 3]! * w00 + from[source + 7]! * w10 + from[below + 3]! * w01 + from[below + 7]! * w11;
      if (alpha === 0) continue;
      for (let channel = 0; channel < 3; channel++) {
        const colour =
          from[source + channel]! * w00 +
          from[source + 4 + channel]! * w10 +
          from[below + channel]! * w01 +
          from[below + 4 + channel]! * w11;
        to[target + channel] = to[target + channel]! * (1 - alpha) + colour;
      }
      to[target + 3] = to[target + 3]! * (1 - alpha) + alpha;
    }
  }
}

/**
 * Lays a layer over a picture, pixel on pixel; (left, top) is where its first one comes to. What it
 * hides goes out of the matte, or with `joins` what it shows is added to it.
 */
export function layOver(
  picture: Layer,
  layer: Layer,
  {
    left = 0,
    top = 0,
    matte,
    joins = false,
  }: { left?: number; top?: number; matte?: Uint8Array; joins?: boolean } = {},
): void {
  const { data, width, height } = layer;
  for (let y = Math.max(0, -top); y < Math.min(height, picture.height - top); y++) {
    for (let x = Math.max(0, -left); x < Math.min(width, picture.width - left); x++) {
      const from = (y * width + x) * 4;
      const alpha = data[from + 3]!;
      // What the matte rounds to 0 leaves no trace.
      if (alpha < 0.5 / 255) continue;
      const pixel = (y + top) * picture.width + x + left;
      for (let channel = 0; channel < 4; channel++) {
        const at = pixel * 4 + channel;
        picture.data[at] = picture.data[at]! * (1 - alpha) + data[from + channel]!;
      }
      if (matte) matte[pixel] = Math.round(matte[pixel]! * (1 - alpha) + (joins ? 255 * alpha : 0));
    }
  }
}

const painted = new WeakMap<Layer, readonly [number, number, number, number]>();

/** The box around all that is not transparent. Layers are drawn often and painted before. */
function paintedPart(layer: Layer): readonly [number, number, number, number] {
  const known = painted.get(layer);
  if (known) return known;
  let [left, top, right, bottom] = [layer.width, layer.height, 0, 0];
  for (let y = 0; y < layer.height; y++) {
    for (let x = 0; x < layer.width; x++) {
      if (layer.data[(y * layer.width + x) * 4 + 3] === 0) continue;
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x + 1);
      bottom = Math.max(bottom, y + 1);
    }
  }
  const part = [left, top, right, bottom] as const;
  painted.set(layer, part);
  return part;
}

/** Turns, scales and places a sprite: its `pivot` comes to `at`. */
export interface Pose {
  readonly pivot: readonly [number, number];
  readonly at: readonly [number, number];
  readonly scale: number;
  /** Radians, clockwise. */
  readonly turn: number;
}

/** Lays a sprite over a picture. `matte`, if given, takes the alpha that was laid, 0..255. */
export function drawSprite(picture: Layer, sprite: Layer, pose: Pose, matte?: Uint8Array): void {
  const { pivot, at, turn } = pose;
  // Halved until a step on the picture is at most about one pixel of the sprite.
  let source = sprite;
  let { scale } = pose;
  let shrunk = 1;
  while (scale < 0.7) {
    source = halved(source);
    scale *= 2;
    shrunk *= 2;
  }
  const cos = Math.cos(turn) / scale;
  const sin = Math.sin(turn) / scale;
  const u0 = pivot[0] / shrunk - 0.5;
  const v0 = pivot[1] / shrunk - 0.5;
  const { data, width } = picture;
  const [left, top, right, bottom] = landing(source, u0, v0, pose, scale, picture);
  const texel = new Float32Array(4);
  for (let py = top; py < bottom; py++) {
    const dy = py + 0.5 - at[1];
    for (let px = left; px < right; px++) {
      const dx = px + 0.5 - at[0];
      const u = u0 + dx * cos + dy * sin;
      const v = v0 + dy * cos - dx * sin;
      if (u <= -2 || v <= -2 || u >= source.width + 1 || v >= source.height + 1) continue;
      sample(source, u, v, texel);
      const alpha = texel[3]!;
      // What the matte rounds to 0 leaves no trace.
      if (alpha < 0.5 / 255) continue;
      const target = (py * width + px) * 4;
      data[target] = data[target]! * (1 - alpha) + texel[0]!;
      data[target + 1] = data[target + 1]! * (1 - alpha) + texel[1]!;
      data[target + 2] = data[target + 2]! * (1 - alpha) + texel[2]!;
      data[target + 3] = data[target + 3]! * (1 - alpha) + alpha;
      if (matte) matte[py * width + px] = Math.round(alpha * 255);
    }
  }
}

/** The part of the picture that a sprite can reach: [left, top, right, bottom]. */
function landing(sprite: Layer, u0: number, v0: number, { at, turn }: Pose, scale: number, picture: Layer) {
  const xs: number[] = [];
  const ys: number[] = [];
  for (const u of [-2, sprite.width + 1]) {
    for (const v of [-2, sprite.height + 1]) {
      const du = (u - u0) * scale;
      const dv = (v - v0) * scale;
      xs.push(at[0] + du * Math.cos(turn) - dv * Math.sin(turn));
      ys.push(at[1] + du * Math.sin(turn) + dv * Math.cos(turn));
    }
  }
  return [
    Math.max(0, Math.floor(Math.min(...xs))),
    Math.max(0, Math.floor(Math.min(...ys))),
    Math.min(picture.width, Math.ceil(Math.max(...xs))),
    Math.min(picture.height, Math.ceil(Math.max(...ys))),
  ] as const;
}

const weightsX = new Float32Array(4);
const weightsY = new Float32Array(4);

/**
 * Catmull-Rom: keeps a moving sprite as sharp between the pixels as on them. Transparent outside.
 */
function sample(sprite: Layer, u: number, v: number, out: Float32Array): void {
  const iu = Math.floor(u);
  const iv = Math.floor(v);
  catmullRom(u - iu, weightsX);
  catmullRom(v - iv, weightsY);
  const { data, width, height } = sprite;
  let r = 0;
  let g = 0;
  let b = 0;
  let a = 0;
  for (let row = 0; row < 4; row++) {
    const y = iv + row - 1;
    if (y < 0 || y >= height) continue;
    for (let column = 0; column < 4; column++) {
      const x = iu + column - 1;
      if (x < 0 || x >= width) continue;
      const source = (y * width + x) * 4;
      if (data[source + 3] === 0) continue;
      const weight = weightsX[column]! * weightsY[row]!;
      r += data[source]! * weight;
      g += data[source + 1]! * weight;
      b += data[source + 2]! * weight;
      a += data[source + 3]! * weight;
    }
  }
  const alpha = Math.min(Math.max(a, 0), 1);
  out[0] = Math.min(Math.max(r, 0), 255 * alpha);
  out[1] = Math.min(Math.max(g, 0), 255 * alpha);
  out[2] = Math.min(Math.max(b, 0), 255 * alpha);
  out[3] = alpha;
}

function catmullRom(t: number, out: Float32Array): void {
  out[0] = t * (-0.5 + t * (1 - 0.5 * t));
  out[1] = 1 + t * t * (-2.5 + 1.5 * t);
  out[2] = t * (0.5 + t * (2 - 1.5 * t));
  out[3] = t * t * (-0.5 + 0.5 * t);
}

const halves = new WeakMap<Layer, Layer>();

function halved(layer: Layer): Layer {
  const known = halves.get(layer);
  if (known) return known;
  const half = createLayer(Math.ceil(layer.width / 2), Math.ceil(layer.height / 2));
  for (let y = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0;
        for (let j = 0; j < 2; j++) {
          for (let i = 0; i < 2; i++) {
            const sx = Math.min(2 * x + i, layer.width - 1);
            const sy = Math.min(2 * y + j, layer.height - 1);
            sum += layer.data[(sy * layer.width + sx) * 4 + channel]!;
          }
        }
        half.data[(y * half.width + x) * 4 + channel] = sum / 4;
      }
    }
  }
  halves.set(layer, half);
  return half;
}

export function smooth(t: number): number {
  const clamped = Math.min(Math.max(t, 0), 1);
  return clamped * clamped * (3 - 2 * clamped);
}

export function mix(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** `Math.hypot` guards against overflow that cannot happen here, and takes ten times as long. */
export function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

function blend(data: Float32Array, at: number, r: number, g: number, b: number, alpha: number): void {
  data[at] = data[at]! * (1 - alpha) + r * alpha;
  data[at + 1] = data[at + 1]! * (1 - alpha) + g * alpha;
  data[at + 2] = data[at + 2]! * (1 - alpha) + b * alpha;
  data[at + 3] = data[at + 3]! * (1 - alpha) + alpha;
}
