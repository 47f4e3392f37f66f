import * as v from 'valibot';
import { expect, test } from 'vitest';
import { PortoonError } from '../../../../../src/common/errors.ts';
import type { StyleModel } from '../../../../../src/effect/models/catalogue.ts';
import { drawRecipeSchema } from '../../../../../src/effect/models/draw-recipe.ts';
import type { StatelessNet } from '../../../../../src/effect/runtime/net-worker.ts';
import { wholeFrame } from '../../../../../src/effect/stages/roi.ts';
import { StyleStage } from '../../../../../src/effect/stages/style/style-stage.ts';

const IDS = Array.from({ length: 20 }, (_, n) => `style-${n}`);
const SIZE = [32, 32] as const;

/** Opens a stage with nets that log what happens to them. */
function open({
  fails = [],
  shared = {},
  inks = true,
}: { fails?: string[]; shared?: Record<string, object>; inks?: boolean } = {}) {
  const log: string[] = [];
  const openings = new Map<string, () => void>();
  const slow = new Set<string>();
  const openNet = async ({ id }: StyleModel): Promise<StatelessNet> => {
    if (slow.has(id)) await new Promise<void>((resolve) => openings.set(id, resolve));
    log.push(`open ${id}`);
    return {
      took: 0,
      hasOutput: (output) => output !== 'ink' || inks,
      input: () => new Float32Array(3),
      run: () => Promise.reject(new Error('not needed')),
      warm: () => {
        log.push(`warm ${id}`);
        return fails.includes(id) ? Promise.reject(new Error(`${id} fails`)) : Promise.resolve();
      },
      close: () => {
        log.push(`close ${id}`);
        return Promise.resolve();
      },
    };
  };
  const faults = new Map([['broken', new PortoonError('ERR_MANIFEST', 'It is broken.', 'Mend it.')]]);
  const catalogue = { styles: IDS.map((id) => ({ id, sha256: id, ...shared[id] })) as StyleModel[], faults };
  const stage = new StyleStage<StatelessNet>(
    openNet,
    (_, roi, draw) => Promise.resolve({ texels: null, ink: null, roi, draw, took: 1 }),
    catalogue,
    { fetch: () => Promise.resolve({ bytes: new Uint8Array(), fp16: false }) },
  );
  return { stage, log, slow, openings };
}

const atOnce = <Result>(work: () => Promise<Result>) => work();

test('a style is opened and warmed up once, however often it is selected', async () => {
  const { stage, log } = open();
  expect(stage.hasStyle).toBe(false);
  expect(await stage.select('style-1', SIZE)).toBe(true);
  expect(await stage.select('none', SIZE)).toBe(true);
  expect(stage.hasStyle).toBe(false);
  expect(await stage.select('style-1', SIZE)).toBe(true);
  expect(stage).toMatchObject({ selected: 'style-1', hasStyle: true });
  expect(log).toEqual(['open style-1', 'warm style-1']);
  expect((await stage.run(wholeFrame(SIZE))).roi).toEqual(wholeFrame(SIZE));
});

test('a selection that is overtaken by a later one does not take its place', async () => {
  const { stage, slow, openings } = open();
  slow.add('style-1');
  const first = stage.select('style-1', SIZE);
  expect(await stage.select('style-2', SIZE)).toBe(true);
  openings.get('style-1')!();
  expect(await first).toBe(false);
  expect(stage.selected).toBe('style-2');
});

test('a style that is not offered is named, and one with a fault throws that', async () => {
  const { stage } = open();
  await expect(stage.select('nobody', SIZE)).rejects.toMatchObject({ code: 'ERR_PARAMETER' });
  await expect(stage.select('broken', SIZE)).rejects.toThrow('It is broken.');
});

test('a net that fails its first run is closed, leaves the old style on, and may be tried again', async () => {
  const { stage, log } = open({ fails: ['style-2'] });
  await stage.select('style-1', SIZE);
  await expect(stage.select('style-2', SIZE)).rejects.toThrow('style-2 fails');
  expect(stage.selected).toBe('style-1');
  await expect(stage.select('style-2', SIZE)).rejects.toThrow('style-2 fails');
  expect(log.filter((line) => line.endsWith('style-2'))).toEqual([
    'open style-2',
    'warm style-2',
    'close style-2',
    'open style-2',
    'warm style-2',
    'close style-2',
  ]);
});

test('of borrowed nets the longest unused ones are closed, and never the selected one', async () => {
  const { stage, log } = open();
  await stage.select('style-0', SIZE);
  for (const id of IDS) await stage.borrow(id, atOnce);
  expect(log.filter((line) => line.startsWith('close'))).toEqual([
    'close style-1',
    'close style-2',
    'close style-3',
  ]);
  await stage.close();
  expect(log.filter((line) => line.startsWith('close'))).toHaveLength(IDS.length);
});

const closed = (log: readonly string[]) => log.filter((line) => line.startsWith('close'));
const draws = (given: object) => v.parse(drawRecipeSchema, given);

test('styles of the same file share one net, each with its own recipe', async () => {
  const [coarse, fine] = [draws({ steps: 2 }), draws({ steps: 8 })];
  const shared = { 'style-1': { sha256: 'one', draw: coarse }, 'style-2': { sha256: 'one', draw: fine } };
  const { stage, log } = open({ shared: { ...shared, 'style-3': { sha256: 'one' } } });
  await stage.select('style-1', SIZE);
  expect((await stage.run(wholeFrame(SIZE))).draw).toBe(coarse);
  await stage.select('style-2', SIZE);
  expect((await stage.run(wholeFrame(SIZE))).draw).toBe(fine);
  await stage.select('style-3', SIZE);
  expect((await stage.run(wholeFrame(SIZE))).draw).toBeNull();
  expect((await stage.borrow('style-1', atOnce)).draw).toBe(coarse);
  expect(log).toEqual(['open style-1', 'warm style-1']);
  // This net was selected once, so borrowing others never closes it.
  for (const id of IDS) await stage.borrow(id, atOnce);
  expect(closed(log)).toEqual(['close style-0']);
  await stage.close();
  expect(closed(log).filter((line) => line === 'close style-1')).toHaveLength(1);
});

test('a shared net that was only borrowed counts once, and stays once it is selected', async () => {
  const shared = { 'style-0': { sha256: 'one' }, 'style-1': { sha256: 'one' } };
  const { stage, log } = open({ shared });
  await stage.borrow('style-0', atOnce);
  await stage.borrow('style-1', atOnce);
  for (const id of IDS.slice(2, 17)) await stage.borrow(id, atOnce);
  expect(closed(log)).toEqual([]);
  await stage.borrow('style-17', atOnce);
  expect(closed(log)).toEqual(['close style-0']);
  await stage.select('style-1', SIZE);
  for (const id of IDS.slice(2)) await stage.borrow(id, atOnce);
  expect(closed(log)).not.toContain('close style-1');
});

test('a recipe that draws ink needs a net that gives it', async () => {
  const shared = {
    'style-1': { draw: draws({}) },
    'style-2': { draw: draws({ ink: { strength: 0 } }) },
  };
  const { stage } = open({ shared, inks: false });
  await expect(stage.select('style-1', SIZE)).rejects.toMatchObject({ code: 'ERR_MODEL_INVALID' });
  expect(await stage.select('style-2', SIZE)).toBe(true);
});

test('the fine grade of a style is its own net, and the live one stands in where there is none', async () => {
  const { stage, log } = open({
    shared: { 'style-2': { id: 'style-1-fine', sha256: 'fine', grade: 'fine' } },
  });
  await stage.select('style-1', SIZE, 'fine');
  expect(stage).toMatchObject({ selected: 'style-1', grade: 'fine' });
  await stage.select('style-3', SIZE, 'fine');
  expect(stage).toMatchObject({ selected: 'style-3', grade: 'live' });
  expect(log).toEqual(['open style-1-fine', 'warm style-1-fine', 'open style-3', 'warm style-3']);
  expect([stage.gradeOf('style-1', 'fine'), stage.gradeOf('style-3', 'fine')]).toEqual(['fine', 'live']);
});
