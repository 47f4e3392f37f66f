import { expect, test } from 'vitest';
import { rotatePlane } from '../../../../src/record/picture/rotator.ts';

test('a plane is turned clockwise, larger than a tile and no multiple of one', () => {
  const [width, height] = [38, 20];
  const lying = Uint8Array.from({ length: width * height }, (_, index) => (index * 7) % 251);
  const turned = (rotation: 90 | 180 | 270) => {
    const standing = new Uint8Array(lying.length);
    rotatePlane(lying, standing, width, height, rotation);
    return standing;
  };
  const [turned90, turned180, turned270] = [turned(90), turned(180), turned(270)];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const byte = lying[y * width + x];
      expect(turned90[x * height + (height - 1 - y)]).toBe(byte);
      expect(turned180[(height - 1 - y) * width + (width - 1 - x)]).toBe(byte);
      expect(turned270[(width - 1 - x) * height + y]).toBe(byte);
    }
});
