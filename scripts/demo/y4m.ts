/** YUV4MPEG2: raw video that needs no encoder, and that Chromium takes as a camera. */

/** The file's first bytes: I420, square pixels, progressive. */
export function y4mHeader(width: number, height: number, frameRate: number): Uint8Array {
  return new TextEncoder().encode(`YUV4MPEG2 W${width} H${height} F${frameRate}:1 Ip A1:1 C420jpeg\n`);
}

const FRAME = new TextEncoder().encode('FRAME\n');

/** One frame, converted by BT.601 to studio range; width and height even. */
export function y4mFrame(rgba: Uint8ClampedArray, width: number, height: number): Uint8Array {
  const luma = width * height;
  const out = new Uint8Array(FRAME.length + luma * 1.5);
  out.set(FRAME);
  let y = FRAME.length;
  for (let at = 0; at < luma * 4; at += 4) {
    out[y++] = Math.round(16 + (65.481 * rgba[at]! + 128.553 * rgba[at + 1]! + 24.966 * rgba[at + 2]!) / 255);
  }
  let u = FRAME.length + luma;
  let v = u + luma / 4;
  for (let row = 0; row < height; row += 2) {
    for (let column = 0; column < width; column += 2) {
      const a = (row * width + column) * 4;
      const b = a + width * 4;
      const red = rgba[a]! + rgba[a + 4]! + rgba[b]! + rgba[b + 4]!;
      const green = rgba[a + 1]! + rgba[a + 5]! + rgba[b + 1]! + rgba[b + 5]!;
      const blue = rgba[a + 2]! + rgba[a + 6]! + rgba[b + 2]! + rgba[b + 6]!;
      out[u++] = Math.round(128 + (-37.797 * red - 74.203 * green + 112 * blue) / 1020);
      out[v++] = Math.round(128 + (112 * red - 93.786 * green - 18.214 * blue) / 1020);
    }
  }
  return out;
}
