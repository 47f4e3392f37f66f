import { describe, expect, test } from 'vitest';
import { readFrameNumber, writeFrameNumber } from '../../../scripts/demo/frame-number.ts';
import { DEMO_PERIOD, demoFrame, type DemoFrame } from '../../../scripts/demo/frame.ts';
import { y4mFrame, y4mHeader } from '../../../scripts/demo/y4m.ts';

const [width, height] = [320, 180];
const times = [0, 1.3, 2.9, 4.4, 6.1, 7.7];

function meanDifference(a: DemoFrame, b: DemoFrame, where: (matte: number) => boolean): number {
  let sum = 0;
  let count = 0;
  for (let pixel = 0; pixel < a.matte.length; pixel++) {
    if (!where(a.matte[pixel]!) || !where(b.matte[pixel]!)) continue;
    for (let channel = 0; channel < 3; channel++) {
      sum += Math.abs(a.rgba[pixel * 4 + channel]! - b.rgba[pixel * 4 + channel]!);
      count++;
    }
  }
  return sum / count;
}

describe('the demo frame', () => {
  test('is where it began after a period, to the byte', () => {
    for (const time of [0, 2.5]) {
      const first = demoFrame(time, width, height);
      const again = demoFrame(time + DEMO_PERIOD, width, height);
      expect(Buffer.from(first.rgba).equals(Buffer.from(again.rgba))).toBe(true);
      expect(Buffer.from(first.matte).equals(Buffer.from(again.matte))).toBe(true);
    }
  });

  test('has no jump at the seam: its last step is like any other', () => {
    const last = DEMO_PERIOD * 30 - 1;
    const step = (from: number) =>
      meanDifference(
        demoFrame(from / 30, width, height),
        demoFrame((from + 1) / 30, width, height),
        () => true,
      );
    expect(step(last) / ((step(last - 1) + step(last + 1)) / 2)).toBeCloseTo(1, 1);
  });

  test('person and room both move', () => {
    const a = demoFrame(0, width, height);
    const b = demoFrame(2, width, height);
    expect(meanDifference(a, b, (matte) => matte === 255)).toBeGreaterThan(5);
    // Well above the noise of the simulated sensor, which alone makes 1.3.
    expect(meanDifference(a, b, (matte) => matte === 0)).toBeGreaterThan(2.5);
  });

  test.each(times)('at %f s the person stands free and is cut by the lower edge alone', (time) => {
    const { matte } = demoFrame(time, width, height);
    const row = (y: number) => matte.subarray(y * width, (y + 1) * width);
    expect(Math.max(...row(0))).toBe(0);
    for (let y = 0; y < height; y++) {
      expect(matte[y * width]).toBe(0);
      expect(matte[y * width + width - 1]).toBe(0);
    }
    // A seam would show as a row that is less opaque than the one above it.
    const solid = (y: number) => row(y).filter((value) => value === 255).length;
    expect(solid(height - 1)).toBeGreaterThan(0.4 * width);
    expect(solid(height - 1)).toBeGreaterThan(solid(height - 8) * 0.95);
  });

  test('is the room, byte for byte, where the matte is 0, and not where it is not', () => {
    const { rgba, matte } = demoFrame(3, width, height);
    const room = demoFrame(3, width, height, { person: false });
    expect(Math.max(...room.matte)).toBe(0);
    let same = 0;
    for (let pixel = 0; pixel < matte.length; pixel++) {
      const at = pixel * 4;
      const equal = [0, 1, 2].every((channel) => rgba[at + channel] === room.rgba[at + channel]);
      if (matte[pixel] === 0) expect(equal).toBe(true);
      else if (matte[pixel]! > 40 && equal) same++;
    }
    expect(same).toBeLessThan(10);
  });

  test('the matte covers the orange suit and none of the wall', () => {
    let suit = 0;
    let missed = 0;
    const { rgba, matte } = demoFrame(1, width, height);
    for (let pixel = 0; pixel < matte.length; pixel++) {
      const [r, g, b] = [rgba[pixel * 4]!, rgba[pixel * 4 + 1]!, rgba[pixel * 4 + 2]!];
      // Nothing in the room's left two thirds is that orange; the books and vases on the shelf are
      // left out.
      if (r < 190 || r - b < 110 || g > 150 || pixel % width > width * 0.75) continue;
      suit++;
      if (matte[pixel]! < 200) missed++;
    }
    expect(suit).toBeGreaterThan(4000);
    expect(missed / suit).toBeLessThan(0.01);
  });

  test('the outline is soft, not stepped', () => {
    const { matte } = demoFrame(1, 640, 360);
    const soft = matte.filter((value) => value > 12 && value < 243).length;
    expect(soft).toBeGreaterThan(800);
    expect(soft).toBeLessThan(8000);
  });

  test('any size shows the same scene', () => {
    const small = demoFrame(1, 160, 90);
    const large = demoFrame(1, 640, 360);
    const cover = ({ matte }: DemoFrame) => matte.reduce((sum, value) => sum + value, 0) / matte.length;
    expect(Math.abs(cover(small) - cover(large))).toBeLessThan(2);
  });
});

describe('the demo frame at a desk', () => {
  const atDesk = (seconds: number, person = true) =>
    demoFrame(seconds, width, height, { framing: 'desk', person });

  test('is where it began after a period, and has no jump at the seam', () => {
    const first = atDesk(2.5);
    const again = atDesk(2.5 + DEMO_PERIOD);
    expect(Buffer.from(first.rgba).equals(Buffer.from(again.rgba))).toBe(true);
    expect(Buffer.from(first.matte).equals(Buffer.from(again.matte))).toBe(true);
    const step = (from: number) =>
      meanDifference(atDesk(from / 30), atDesk((from + 1) / 30), (matte) => matte === 255);
    const last = DEMO_PERIOD * 30 - 1;
    expect(step(last) / ((step(last - 1) + step(last + 1)) / 2)).toBeCloseTo(1, 0);
  });

  test('person and room both move', () => {
    const [a, b] = [atDesk(0), atDesk(2)];
    expect(meanDifference(a, b, (matte) => matte === 255)).toBeGreaterThan(5);
    // Well above the noise of the simulated sensor, which alone makes 1.3.
    expect(meanDifference(a, b, (matte) => matte === 0)).toBeGreaterThan(1.7);
  });

  test.each(times)('at %f s the person is whole, to the side, and half the height', (time) => {
    const { matte } = atDesk(time);
    let [left, right, top, bottom] = [width, 0, height, 0];
    for (let pixel = 0; pixel < matte.length; pixel++) {
      if (matte[pixel]! < 128) continue;
      left = Math.min(left, pixel % width);
      right = Math.max(right, pixel % width);
      top = Math.min(top, Math.floor(pixel / width));
      bottom = Math.max(bottom, Math.floor(pixel / width));
    }
    expect((left + right) / 2 / width).toBeCloseTo(2 / 3, 1);
    expect((bottom - top) / height).toBeGreaterThan(0.4);
    expect((bottom - top) / height).toBeLessThan(0.65);
  });

  test('the desk and the laptop hide what is behind them', () => {
    for (const time of times) {
      const { matte } = atDesk(time);
      // No person on the laptop's lid, nor at the desk's far edge beside the arms.
      for (let y = 0.63; y < 0.79; y += 0.02)
        for (let x = 0.33; x < 0.63; x += 0.02)
          expect(matte[Math.round(y * height) * width + Math.round(width / 2 + x * height)]).toBe(0);
      const chest = Math.round(width / 2 + 0.23 * height);
      expect(matte[Math.round(0.635 * height) * width + chest]).toBe(255);
      expect(matte[Math.round(0.675 * height) * width + chest]).toBe(0);
    }
  });

  test('is the room where the matte is 0, but for a shadow on the desk', () => {
    const { rgba, matte } = atDesk(3);
    const room = atDesk(3, false);
    expect(Math.max(...room.matte)).toBe(0);
    let shadow = 0;
    for (let pixel = 0; pixel < matte.length; pixel++) {
      if (matte[pixel] !== 0) continue;
      const difference = rgba[pixel * 4]! - room.rgba[pixel * 4]!;
      // Rounding an alpha that is nearly 0 may make a difference of 1.
      if (pixel < 0.63 * height * width) expect(Math.abs(difference)).toBeLessThanOrEqual(1);
      else {
        expect(difference).toBeLessThanOrEqual(1);
        if (difference < -10) shadow++;
      }
    }
    expect(shadow).toBeGreaterThan(100);
    expect(shadow).toBeLessThan(1500);
  });

  test('any size shows the same scene', () => {
    const cover = ({ matte }: DemoFrame) => matte.reduce((sum, value) => sum + value, 0) / matte.length;
    const large = demoFrame(1, 640, 360, { framing: 'desk' });
    expect(Math.abs(cover(atDesk(1)) - cover(large))).toBeLessThan(0.5);
  });
});

describe('the frame number', () => {
  test('comes back from every size, blurred edges and all', () => {
    for (const number of [0, 1, 85, 170, 255]) {
      const { rgba } = demoFrame(0, 640, 360);
      writeFrameNumber(rgba, 640, 360, number);
      expect(readFrameNumber(rgba, 640, 360)).toBe(number);
    }
  });

  test('is not read where none is written', () => {
    for (const framing of ['portrait', 'desk'] as const)
      for (const time of times) {
        const { rgba } = demoFrame(time, 640, 360, { framing });
        expect(readFrameNumber(rgba, 640, 360)).toBeUndefined();
      }
  });

  test('is refused when a bit is wrong', () => {
    const { rgba } = demoFrame(0, 640, 360);
    writeFrameNumber(rgba, 640, 360, 5);
    for (let y = 0; y < 12; y++) rgba.fill(255, (y * 640 + 4 * 12) * 4, (y * 640 + 5 * 12) * 4);
    expect(readFrameNumber(rgba, 640, 360)).toBeUndefined();
  });
});

describe('y4m', () => {
  test('is I420 in the studio range of BT.601', () => {
    const colours: [number[], number[]][] = [
      [
        [255, 255, 255],
        [235, 128, 128],
      ],
      [
        [0, 0, 0],
        [16, 128, 128],
      ],
      [
        [255, 0, 0],
        [81, 90, 240],
      ],
      [
        [0, 255, 0],
        [145, 54, 34],
      ],
      [
        [0, 0, 255],
        [41, 240, 110],
      ],
    ];
    for (const [rgb, [y, u, v]] of colours) {
      const rgba = new Uint8ClampedArray(4 * 2 * 4);
      for (let at = 0; at < rgba.length; at += 4) rgba.set([...rgb, 255], at);
      const frame = y4mFrame(rgba, 4, 2);
      expect(frame).toHaveLength('FRAME\n'.length + 12);
      expect([frame[6], frame[6 + 8], frame[6 + 10]]).toEqual([y, u, v]);
    }
    expect(new TextDecoder().decode(y4mHeader(640, 360, 30))).toMatch(
      /^YUV4MPEG2 W640 H360 F30:1 .*C420jpeg\n$/,
    );
  });
});
