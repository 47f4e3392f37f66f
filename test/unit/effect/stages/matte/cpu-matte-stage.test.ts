import { expect, test } from 'vitest';
import type { Size } from '../../../../../src/common/size.ts';
import { CpuMatteStage, type MatteNet } from '../../../../../src/effect/stages/matte/cpu-matte-stage.ts';
import type { GridOffset } from '../../../../../src/effect/stages/roi.ts';

const SIZE = [288, 160] as const;

/** A person in the frame, as shares of its sides. */
interface Person {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A scene in which the person is bright, and a net that takes what is bright for the person. */
function open(person: Person, { parts = false } = {}) {
  const scene = { person, brightness: 0.2 };
  const runs: string[] = [];
  const inputs = new Map<string, Float32Array>();
  const net = (name: string): MatteNet => ({
    id: 'bright',
    hasOutput: (output) => output === 'matte' || (parts && output === 'parts'),
    isRecurrent: false,
    input: (size: Size) => {
      const key = `${name} ${size.join('x')}`;
      const planes = inputs.get(key) ?? new Float32Array(3 * size[0] * size[1]);
      inputs.set(key, planes);
      return planes;
    },
    run: (size, outputs) => {
      runs.push(`${name} ${size.join('x')}`);
      const pixels = size[0] * size[1];
      const green = inputs.get(`${name} ${size.join('x')}`)!.subarray(pixels, 2 * pixels);
      const matte = Float32Array.from(green, (value) => (value > 0.6 ? 1 : 0));
      // The whole person is labelled as hair.
      const share = new Float32Array(6 * pixels);
      share.set(matte.map((alpha) => 1 - alpha));
      share.set(matte, pixels);
      const values = { matte, parts: share, styled: matte, ink: matte };
      return Promise.resolve(
        Object.fromEntries(outputs.map((output) => [output, values[output]])) as Record<
          (typeof outputs)[number],
          Float32Array
        >,
      );
    },
    resampleState: () => undefined,
    resetState: () => void runs.push(`${name} reset`),
    close: () => Promise.resolve(),
    fork: () => net('scan'),
  });
  const prepare = {
    scale(size: Size, planes: Float32Array, { grid, x, y }: GridOffset = { grid: size, x: 0, y: 0 }) {
      const { left, top, right, bottom } = scene.person;
      for (let row = 0, i = 0; row < size[1]; row++)
        for (let column = 0; column < size[0]; column++, i++) {
          const [across, down] = [(x + column) / grid[0], (y + row) / grid[1]];
          const isPerson = across >= left && across < right && down >= top && down < bottom;
          const value = isPerson ? 0.9 : scene.brightness;
          for (let plane = 0; plane < 3; plane++) planes[i + plane * size[0] * size[1]] = value;
        }
    },
  };
  const stage = new CpuMatteStage(net('net'), prepare);
  const frame = async (region: 'person' | 'hair' = 'person', blurs = false) => {
    stage.load(SIZE);
    return stage.run(region, blurs);
  };
  return { stage, scene, runs, frame };
}

const SITTER: Person = { left: 0.3, top: 0.2, right: 0.7, bottom: 1 };
const FAR_OFF: Person = { left: 0.45, top: 0.4, right: 0.55, bottom: 0.7 };

test('finds where the person is', async () => {
  const { stage, frame } = open(SITTER);
  await frame();
  const extent = stage.extent()!;
  // The extent includes the soft edge of the guided filter.
  expect(extent.left).toBeCloseTo(SITTER.left, 1);
  expect(extent.right).toBeCloseTo(SITTER.right, 1);
  expect(extent.x).toBeCloseTo(0.5, 2);
  const { texels, roi } = await stage.texels();
  expect(roi.size).toEqual(SIZE);
  expect(texels[4 * (100 * SIZE[0] + 144) + 3]).toBe(255);
  expect(texels[3]).toBe(0);
});

test('shows nowhere where nobody is', async () => {
  const { stage, frame } = open({ left: 0, top: 0, right: 0, bottom: 0 });
  await frame();
  expect(stage.extent()).toBeNull();
});

test('sees somebody far off enlarged, and scans the whole frame soon and then less often', async () => {
  const { stage, frame, runs } = open(FAR_OFF);
  await frame();
  const scanned: number[] = [];
  for (let n = 1; n <= 40; n++) {
    runs.length = 0;
    const { matte } = await frame();
    expect(matte.roi!.grid[0]).toBeGreaterThan(SIZE[0]);
    if (runs.includes(`scan ${SIZE.join('x')}`)) scanned.push(n);
  }
  expect(scanned).toEqual([2, 6, 14, 26, 38]);
  expect(stage.extent()!.x).toBeCloseTo(0.5, 1);
});

test('forgets everything at a cut to another scene', async () => {
  const { scene, frame, runs } = open(FAR_OFF);
  await frame();
  await frame();
  expect(runs).not.toContain('net reset');
  scene.brightness = 0.5;
  const { matte } = await frame();
  expect(runs).toContain('net reset');
  expect(matte.roi!.grid).toEqual(SIZE);
});

test('measures a part of the person only with a net that has parts', async () => {
  const without = open(SITTER);
  expect(() => {
    without.stage.checkRegion('hair');
  }).toThrow('cannot tell face, hair, clothes apart');
  const { stage, frame } = open(SITTER, { parts: true });
  stage.checkRegion('hair');
  expect((await frame()).share).toBeNull();
  const { share } = await frame('hair');
  const [width, height] = share!.size;
  expect(share!.texels![Math.floor(height / 2) * width + width / 2]).toBe(255);
  expect(stage.extent()!.x).toBeCloseTo(0.5, 2);
});

test('blurs the whole background, without the person', async () => {
  const { frame, scene } = open(FAR_OFF);
  await frame();
  const { blurred } = await frame('person', true);
  expect(blurred!.size).toEqual([SIZE[0] / 2, SIZE[1] / 2]);
  const corner = blurred!.texels![0]!;
  expect(corner).toBeCloseTo(255 * scene.brightness, -1);
});
