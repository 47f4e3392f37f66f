import { describe, expect, test } from 'vitest';
import type { ResolvedLook } from '../../../../src/effect/protocol.ts';
import { planFrame, type PlanInput } from '../../../../src/effect/worker/frame-plan.ts';
import { Governor } from '../../../../src/effect/worker/governor.ts';

const FRAME = { displayWidth: 640, displayHeight: 360 };
const LOOK: ResolvedLook = {
  style: 'toon',
  region: 'person',
  strength: 1,
  line: 1,
  colour: 1,
  palette: [],
  detail: 'auto',
  background: { kind: 'live' },
  quality: 'auto',
};

function plan(look: Partial<ResolvedLook> = {}, input: Partial<PlanInput> = {}) {
  return planFrame(FRAME, {
    look: { ...LOOK, ...look },
    film: null,
    governor: new Governor(),
    style: { hasStyle: true, hasPattern: false, selected: 'toon', grade: 'live' },
    hasStacked: false,
    ...input,
  });
}

const NO_STYLE = { hasStyle: false, hasPattern: false, selected: 'none', grade: 'live' } as const;
const PATTERN = { hasStyle: true, hasPattern: true, selected: 'comic', grade: 'live' } as const;

describe('a plan', () => {
  test('has the usual sizes for a style on the person', () => {
    expect(plan()).toMatchObject({ matteSize: [288, 160], styleGrid: [352, 192] });
  });

  test('needs no matte where the style shows everywhere', () => {
    expect(plan({ region: 'everything' })).toMatchObject({ matteSize: null, styleGrid: [352, 192] });
  });

  test('needs nothing without a style, and a matte for another background or the stacked output', () => {
    expect(plan({}, { style: NO_STYLE })).toMatchObject({ matteSize: null, styleGrid: null });
    const blurred = plan({ background: { kind: 'blur' } }, { style: NO_STYLE });
    expect(blurred).toMatchObject({ matteSize: [288, 160], styleGrid: null });
    const stacked = plan({}, { style: NO_STYLE, hasStacked: true });
    expect(stacked.matteSize).toEqual([288, 160]);
  });

  test("looks for the camera's motion only where a pattern covers more than people", () => {
    expect(plan({ region: 'everything' }, { style: PATTERN }).scenerySize).toEqual([128, 72]);
    expect(plan({ region: 'background' }, { style: PATTERN }).scenerySize).toEqual([128, 72]);
    expect(plan({ region: 'everything' }).scenerySize).toBeNull();
    expect(plan({ region: 'everything', strength: 0 }, { style: PATTERN }).scenerySize).toBeNull();
    expect(plan({}, { style: PATTERN }).scenerySize).toBeNull();
  });

  test('needs no style at strength 0', () => {
    expect(plan({ strength: 0 }).styleGrid).toBeNull();
  });

  test('for a film has the finest sizes, or those that were asked for', () => {
    expect(plan({}, { film: {} })).toMatchObject({ matteSize: [384, 224], styleGrid: [640, 352] });
    const matte = plan({}, { film: { shows: 'matte', matteSide: 96 } });
    expect(matte).toMatchObject({ matteSize: [160, 96], styleGrid: null });
    expect(matte.layers.matteAlone).toBe(true);
  });

  test('has the same key as another only if its layers depend on the same', () => {
    expect(plan().key).toBe(plan().key);
    const others = [
      plan({ region: 'hair' }),
      plan({ strength: 0.5 }),
      plan({ line: 0.5 }),
      plan({ colour: 0.5 }),
      plan({ palette: [[0, 0.5, 1]] }),
      plan({}, { style: { hasStyle: true, hasPattern: false, selected: 'comic', grade: 'live' } }),
      plan({}, { style: { hasStyle: true, hasPattern: false, selected: 'toon', grade: 'fine' } }),
      plan({}, { film: {} }),
    ];
    for (const other of others) expect(other.key).not.toBe(plan().key);
  });
});
