import { afterEach, expect, test, vi } from 'vitest';
import { openCatalogue } from '../../../../src/effect/models/catalogue.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Reads a manifest with one style that has this recipe. */
async function open(draw: unknown) {
  const entry = { sha256: 'a'.repeat(64), bytes: 1, size: [64, 64], title: 'A' };
  const models = [
    { ...entry, id: 'matte', kind: 'matte', file: 'matte.onnx' },
    { ...entry, id: 'drawn', kind: 'style', file: 'drawn.onnx', draw },
  ];
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ models }))));
  const { styles, faults } = await openCatalogue('http://localhost/manifest.json');
  return { recipe: styles[0]?.draw, fault: faults.get('drawn')?.message };
}

test('an empty recipe has all defaults, and a style without a recipe has none', async () => {
  expect((await open({})).recipe).toEqual({
    steps: 0,
    softness: 0.15,
    colour: 1,
    detail: 1,
    ink: { colour: [0.07, 0.05, 0.09], width: 0, strength: 1, silhouette: 0 },
    shadow: 0,
    lift: 0,
    shading: 0,
    screen: { kind: 'none', pitch: 6, angle: 45, from: 0.6, to: 0.1, strength: 1, follow: 0 },
    paper: { colour: [1, 1, 1], grain: 0, tone: 1, tooth: 0 },
    tidemark: 0,
  });
  expect(await open(undefined)).toEqual({ recipe: undefined, fault: undefined });
});

test('what is given is kept', async () => {
  const { recipe } = await open({ steps: 16, ink: { width: -3 }, screen: { kind: 'dots', from: 1, to: 0 } });
  expect(recipe).toMatchObject({
    steps: 16,
    ink: { width: -3, strength: 1 },
    screen: { kind: 'dots', from: 1, to: 0, pitch: 6 },
  });
});

for (const [draw, says] of [
  [{ steps: 2.5 }, 'draw.steps must be a whole number from 0 to 16'],
  [{ steps: 17 }, 'draw.steps must be a number from 0 to 16'],
  [{ softness: '1' }, 'draw.softness must be a number from 0 to 1'],
  [{ ink: { width: 7 } }, 'draw.ink.width must be a number from -3 to 6'],
  [{ ink: { colour: [0, 0, 255] } }, 'draw.ink.colour.2 must be red, green and blue, each from 0 to 1'],
  [{ ink: { colour: [0, 0] } }, 'must be red, green and blue, each from 0 to 1'],
  [{ screen: { kind: 'stars' } }, 'draw.screen.kind must be none, dots, lines or hatching'],
  [{ screen: { from: 0.2, to: 0.2 } }, 'draw.screen must have "from" above "to"'],
  [{ paper: { grains: 1 } }, 'draw.paper.grains must be an object'],
  [{ pigments: { ramps: [] } }, 'draw.pigments.ramps must be one to four ramps of five colours'],
  [{ pigments: { ramps: [[[0, 0, 0]]] } }, 'draw.pigments.ramps.0.1 must be red, green and blue'],
  [
    { pigments: { ramps: [Array.from({ length: 5 }, () => [0, 0, 0])], warm: 1 } },
    'draw.pigments must have in "warm" the index of one of its ramps',
  ],
  [{ brushwork: { kind: 'dabs' } }, 'draw.brushwork.kind must be facets, drums or waves'],
  [{ brushwork: { size: 2 } }, 'draw.brushwork.kind must be'],
  [{ stepz: 3 }, 'draw.stepz must be an object, and hold nothing but what the recipe knows'],
  ['comic', 'draw must be an object'],
] as const)
  test(`a wrong recipe leaves its style out: ${says}`, async () => {
    const { recipe, fault } = await open(draw);
    expect(recipe).toBeUndefined();
    expect(fault).toContain(says);
    expect(fault).toContain('"drawn"');
  });
