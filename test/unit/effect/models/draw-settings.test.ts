import * as v from 'valibot';
import { expect, test } from 'vitest';
import { drawRecipeSchema, type DrawRecipe } from '../../../../src/effect/models/draw-recipe.ts';
import { applySettings, settingsOf } from '../../../../src/effect/models/draw-settings.ts';

const recipe = (given: v.InferInput<typeof drawRecipeSchema>): DrawRecipe => v.parse(drawRecipeSchema, given);
const toon = recipe({ colour: 1.2, ink: { width: 0.5, silhouette: 1.5 } });

test('the style is as it is while nothing is set', () => {
  expect(applySettings(toon, { line: 1, colour: 1, palette: [] }, 2)).toBe(toon);
});

test.each([1, 2, 4])('lines scale as a whole, at %d pixels for one of the net', (netPixel) => {
  const widthOf = (line: number) =>
    1.1 * netPixel + applySettings(toon, { line, colour: 1, palette: [] }, netPixel).ink.width;
  expect(widthOf(2)).toBeCloseTo(2 * (1.1 * netPixel + 0.5));
  expect(widthOf(3)).toBeCloseTo(3 * (1.1 * netPixel + 0.5));
  // A thin line is drawn thinner than the ink field says, so a greater width is asked for.
  expect(widthOf(0.5)).toBeCloseTo(0.5 * (1.1 * netPixel + 0.5) + 0.15 * netPixel);
  expect(applySettings(toon, { line: 2, colour: 1, palette: [] }, netPixel).ink).toMatchObject({
    silhouette: 3,
    strength: 1,
  });
});

test('no lines are drawn at 0, and colour is a factor on chroma', () => {
  expect(applySettings(toon, { line: 0, colour: 1, palette: [] }, 2).ink.strength).toBe(0);
  expect(applySettings(toon, { line: 1, colour: 0, palette: [] }, 2)).toEqual({ ...toon, colour: 0 });
  expect(applySettings(toon, { line: 1, colour: 2, palette: [] }, 2).colour).toBeCloseTo(2.4);
});

test('a style offers what would change it', () => {
  expect(settingsOf(undefined)).toEqual([]);
  expect(settingsOf(toon)).toEqual(['line', 'colour']);
  expect(settingsOf(recipe({ colour: 0 }))).toEqual(['line']);
  expect(settingsOf(recipe({ paper: { tone: 0 } }))).toEqual(['line']);
  expect(settingsOf(recipe({ ink: { strength: 0 } }))).toEqual(['colour']);
});

test('a palette comes with the colour that people set, where a style has colour', () => {
  const palette = [[0, 0.2, 0.4]] as const;
  const set = { line: 1, colour: 0.5, palette };
  expect(applySettings(toon, set, 2).palette).toEqual({ colours: palette, colour: 0.5 });
  expect(applySettings(recipe({ colour: 0 }), { ...set, colour: 1 }, 2).palette).toBeUndefined();
});
