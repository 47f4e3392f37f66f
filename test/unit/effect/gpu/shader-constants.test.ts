import { expect, test } from 'vitest';
import { glslConstants, withWgslConstants } from '../../../../src/effect/gpu/shader-constants.ts';

test('WGSL code gets its constants in front of it', () => {
  expect(withWgslConstants('fn main() {}', { RADIUS: 3, EPSILON: 2e-4 })).toBe(
    'const RADIUS = 3;\nconst EPSILON = 0.0002;\nfn main() {}',
  );
});

test('GLSL constants are floats, whole numbers too', () => {
  expect(glslConstants({ LINES: 8, SHARE: 0.35 })).toBe('#define LINES 8.0\n#define SHARE 0.35\n');
});
