import { emptyPlanes, type Planes } from './planes.ts';

/** A colour of CIE Lab: lightness 0..100, and how red and how yellow it is. */
type Lab = readonly [lightness: number, a: number, b: number];

/** The linear light of each byte of sRGB. All pictures here have bytes as values. */
const LINEAR = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

function linear(value: number): number {
  return LINEAR[Math.min(255, Math.max(0, Math.round(255 * value)))]!;
}

/** The curve of CIE Lab: a cube root that is straight near black. */
function curve(share: number): number {
  return share > 216 / 24389 ? Math.cbrt(share) : (24389 / 27 / 116) * share + 16 / 116;
}

/** L of CIE Lab, 0..100, [1,H,W]. @param picture - sRGB, [3,H,W], 0..1. */
export function lightness({ width, height, data }: Planes): Planes {
  const light = emptyPlanes(1, width, height);
  const pixels = width * height;
  for (let i = 0; i < pixels; i++) {
    const [red, green, blue] = [data[i]!, data[pixels + i]!, data[2 * pixels + i]!];
    const y = 0.2126729 * linear(red) + 0.7151522 * linear(green) + 0.072175 * linear(blue);
    light.data[i] = 116 * curve(y) - 16;
  }
  return light;
}

/** One pixel of an sRGB picture in CIE Lab under D65. @param values - red, green and blue, 0..1. */
export function toLab(values: readonly [number, number, number]): Lab {
  const [red, green, blue] = values.map(linear) as [number, number, number];
  const x = curve((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047);
  const y = curve(0.2126729 * red + 0.7151522 * green + 0.072175 * blue);
  const z = curve((0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
