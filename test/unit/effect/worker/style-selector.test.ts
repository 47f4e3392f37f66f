import { expect, test } from 'vitest';
import type { Grade } from '../../../../src/effect/look.ts';
import type { FilmOptions, ResolvedLook } from '../../../../src/effect/protocol.ts';
import type { Backend } from '../../../../src/effect/worker/backend.ts';
import { Governor } from '../../../../src/effect/worker/governor.ts';
import { StyleSelector } from '../../../../src/effect/worker/style-selector.ts';

/** A backend whose styles all have two grades, of which some do not arrive. */
function setUp({ hasRoom = true, missing = [] as string[] } = {}) {
  const asked: string[] = [];
  const reported: unknown[] = [];
  let waits = Promise.resolve();
  const style = {
    selected: 'none',
    grade: 'live' as Grade,
    gradeOf: (_: string, grade: Grade) => grade,
    async select(id: string, _size: unknown, grade: Grade) {
      asked.push(`${id} ${grade}`);
      await waits;
      if (missing.includes(`${id} ${grade}`)) throw new Error(`${id} ${grade} is missing`);
      Object.assign(style, { selected: id, grade });
      return true;
    },
  };
  const pipeline = {
    look: { style: 'none' } as ResolvedLook,
    film: null as FilmOptions | null,
    backend: { ep: 'webgpu', hasRoom, style } as unknown as Backend,
  };
  const governor = new Governor();
  const selector = new StyleSelector(pipeline, governor, (error) => reported.push(error));
  const choose = async (id: string) => {
    if (await selector.select(id)) pipeline.look.style = id;
  };
  const hold = () => {
    let release: () => void = () => undefined;
    waits = new Promise((resolve) => (release = resolve));
    return release;
  };
  return { selector, governor, pipeline, choose, asked, reported, hold };
}

test('a film is drawn with the fine grade, and what comes after it as there is room', async () => {
  const { selector, pipeline, choose, asked } = setUp({ hasRoom: false });
  await choose('toon');
  pipeline.film = {};
  await selector.updateGrade();
  await selector.updateGrade();
  pipeline.film = null;
  await selector.updateGrade();
  expect(asked).toEqual(['toon live', 'toon fine', 'toon live']);
});

test('a fine grade that does not arrive leaves the live one, and is reported where it was asked for', async () => {
  const { selector, governor, choose, asked, reported } = setUp({ missing: ['toon fine'] });
  await choose('toon');
  await selector.updateGrade();
  expect(asked).toEqual(['toon fine', 'toon live']);
  expect(reported).toEqual([]);
  governor.detail = 'fine';
  selector.retry();
  await selector.updateGrade();
  expect(asked.slice(2)).toEqual(['toon fine', 'toon live']);
  expect(reported).toHaveLength(1);
});

test('a change of grade never takes the place of a style that a person has chosen', async () => {
  const { selector, governor, pipeline, choose, asked, hold } = setUp();
  await choose('toon');
  const release = hold();
  const chosen = choose('comic');
  governor.detail = 'light';
  await selector.updateGrade();
  release();
  await chosen;
  expect(pipeline.look.style).toBe('comic');
  await selector.updateGrade();
  expect(asked).toEqual(['toon fine', 'comic fine', 'comic live']);
});
