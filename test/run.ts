/**
 * `npm test`: runs all tests, or those that vitest's own arguments choose. Gets a browser if there
 * is none. Ends with a list of the skipped tests, and a line for other programs. With --strict, as
 * in CI, a test that was skipped or passed only at the second try fails the run, unless
 * test/known-gaps.json lists it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseCLI, startVitest } from 'vitest/node';
import { HOW_TO_GET_CHROMIUM } from '../src/cli/chromium.ts';
import { getChromium } from '../src/cli/get-chromium.ts';
import { missingEngines } from './engines/engines.ts';
import { outcomeOf, type Gap, type Ran } from './outcome.ts';

if (getChromium() === undefined) {
  process.stderr.write(`${HOW_TO_GET_CHROMIUM}\n`);
  process.exit(1);
}

// What tests and their browsers leave among the temporary files goes with the run.
const temporary = mkdtempSync(join(tmpdir(), 'portoon-test-'));
process.env.TMPDIR = temporary;
process.on('exit', () => {
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
});

const args = process.argv.slice(2);
const strict = args.includes('--strict');
const { filter, options } = parseCLI(['vitest', 'run', ...args.filter((arg) => arg !== '--strict')]);
const vitest = await startVitest('test', filter, { ...options, watch: false });

const ran: Ran[] = [];
let broken = vitest.state.getUnhandledErrors().length;
for (const file of vitest.state.getTestModules()) {
  // A file that does not load has no tests to count.
  if (file.errors().length > 0) broken++;
  for (const test of file.children.allTests()) {
    const { state, errors } = test.result();
    ran.push({
      test: `${file.relativeModuleId} > ${test.fullName}`,
      state,
      retries: test.diagnostic()?.retryCount ?? 0,
      // If the second try passed, the errors of the first are still here.
      faults: (errors ?? []).map(({ message, stacks }) => {
        const at = stacks?.[0];
        return at ? `${message} (line ${at.line} of ${basename(at.file)})` : message;
      }),
    });
  }
}
await vitest.close();

const gaps = JSON.parse(readFileSync(join(import.meta.dirname, 'known-gaps.json'), 'utf8')) as Gap[];
const { lines, failed } = outcomeOf(ran, broken, missingEngines(), { strict, gaps });
process.stdout.write(`${lines.join('\n')}\n`);
process.exit(failed || process.exitCode ? 1 : 0);
