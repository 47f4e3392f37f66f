import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { outcomeOf, type Gap, type Ran } from '../../outcome.ts';

const GAPS = join(import.meta.dirname, '../../known-gaps.json');
const passed: Ran = { test: 'a.test.ts > adds', state: 'passed', retries: 0, faults: [] };
const twice: Ran = {
  test: 'a.test.ts > waits',
  state: 'passed',
  retries: 1,
  faults: ['expected 1 to be 2 (line 3 of a.test.ts)'],
};
const skipped: Ran = { ...passed, test: 'b.test.ts > relays', state: 'skipped' };
const known: Gap[] = [
  { since: '2026-01-01', what: 'skipped', test: 'b.test.ts', why: '' },
  { since: '2026-01-01', what: 'tried twice', test: 'a.test.ts > waits', why: '' },
];
const all = [passed, twice, skipped];

test('the last line counts, and those before it name what was left out and tried twice', () => {
  const { lines, failed } = outcomeOf(all, 0, ['Redis'], { strict: false, gaps: [] });
  expect(lines).toEqual([
    'Skipped: 1 of b.test.ts',
    'Passed at the second try: a.test.ts > waits',
    '  expected 1 to be 2 (line 3 of a.test.ts)',
    'Not on this machine: Redis. To get them: npm run engines',
    '2 passed, 0 failed, 1 skipped, 1 tried twice',
  ]);
  expect(failed).toBe(false);
});

test('what failed, did not load, or did not run at all fails', () => {
  const open = { strict: false, gaps: [] };
  expect(outcomeOf([passed, { ...passed, state: 'failed' }], 0, [], open)).toEqual({
    lines: ['1 passed, 1 failed, 0 skipped, 0 tried twice'],
    failed: true,
  });
  expect(outcomeOf([passed], 1, [], open).failed).toBe(true);
  expect(outcomeOf([skipped], 0, [], open).failed).toBe(true);
});

test('where nothing may be left out, only known gaps may', () => {
  expect(outcomeOf(all, 0, [], { strict: true, gaps: known }).failed).toBe(false);
  for (const gap of known) {
    const { lines, failed } = outcomeOf(all, 0, [], { strict: true, gaps: [gap] });
    expect(failed).toBe(true);
    const other = gap.what === 'skipped' ? twice : skipped;
    expect(lines).toContain(`  ${other.test}`);
  }
});

test('each known gap has its day, its reason, and a file or folder that there is', () => {
  for (const gap of JSON.parse(readFileSync(GAPS, 'utf8')) as Gap[]) {
    expect(gap.since).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(gap.why).not.toBe('');
    expect(['skipped', 'tried twice']).toContain(gap.what);
    expect(existsSync(gap.test.split(' > ')[0]!), gap.test).toBe(true);
  }
});
