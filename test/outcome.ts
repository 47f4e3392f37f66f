/** What a run of the tests came to, in words. */

/** A test of the run, whether it ran or not. */
export interface Ran {
  /** Its file, then the names around it, then its own, with ` > ` between them. */
  readonly test: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  /** Attempts after the first. */
  readonly retries: number;
  /** What went wrong, in any attempt. */
  readonly faults: readonly string[];
}

/** A test that may be skipped or tried twice, from test/known-gaps.json. */
export interface Gap {
  /** The day of its entry, as 2026-11-30. */
  readonly since: string;
  readonly what: 'skipped' | 'tried twice';
  /** The beginning of a test's full name: its file, or all of it. */
  readonly test: string;
  readonly why: string;
}

export interface Outcome {
  readonly lines: readonly string[];
  readonly failed: boolean;
}

/**
 * @param broken - how many errors there were outside of tests: files that did not load, errors that
 * nobody caught.
 * @param engines - names of the programs that are missing on this machine.
 * @param strict - whether a test that was skipped or tried twice fails the run, unless it is a
 * known gap.
 */
export function outcomeOf(
  ran: readonly Ran[],
  broken: number,
  engines: readonly string[],
  { strict, gaps }: { strict: boolean; gaps: readonly Gap[] },
): Outcome {
  const of = (state: Ran['state']) => ran.filter((test) => test.state === state);
  const passed = of('passed');
  const failed = of('failed').length + broken;
  const skipped = of('skipped');
  const twice = passed.filter(({ retries }) => retries > 0);
  const unknown = (what: Gap['what'], tests: readonly Ran[]) =>
    tests.filter(({ test }) => !gaps.some((gap) => gap.what === what && test.startsWith(gap.test)));
  const excess = strict ? [...unknown('skipped', skipped), ...unknown('tried twice', twice)] : [];

  const lines = [...byFile(skipped)].map(([file, count]) => `Skipped: ${count} of ${file}`);
  for (const { test, faults } of twice)
    lines.push(`Passed at the second try: ${test}`, ...faults.map((fault) => `  ${fault}`));
  if (skipped.length > 0 && engines.length > 0)
    lines.push(`Not on this machine: ${engines.join('; ')}. To get them: npm run engines`);
  if (excess.length > 0)
    lines.push(`${excess.length} of them are not in test/known-gaps.json, which fails this run:`);
  lines.push(...excess.map(({ test }) => `  ${test}`));
  lines.push(
    `${passed.length} passed, ${failed} failed, ${skipped.length} skipped, ${twice.length} tried twice`,
  );
  return { lines, failed: failed > 0 || passed.length === 0 || excess.length > 0 };
}

function byFile(tests: readonly Ran[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { test } of tests) {
    const file = test.split(' > ')[0]!;
    counts.set(file, (counts.get(file) ?? 0) + 1);
  }
  return counts;
}
