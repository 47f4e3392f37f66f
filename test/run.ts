/**
 * `npm test`: all tests, or what the arguments choose (they are vitest's own). Ends with a line for
 * machines.
 */
import { parseCLI, startVitest } from 'vitest/node';
import { HOW_TO_GET_CHROMIUM } from '../src/cli/chromium.ts';
import { getChromium } from '../src/cli/get-chromium.ts';

if (getChromium() === undefined) {
  process.stderr.write(`${HOW_TO_GET_CHROMIUM}\n`);
  process.exit(1);
}

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const vitest = await startVitest('test', filter, { ...options, watch: false });

let passed = 0;
let failed = vitest.state.getUnhandledErrors().length;
for (const file of vitest.state.getTestModules()) {
  // A file that does not load has no tests to count.
  if (file.errors().length > 0) failed++;
  for (const test of file.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') passed++;
    if (state === 'failed') failed++;
  }
}
await vitest.close();
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed > 0 || passed === 0 || process.exitCode ? 1 : 0);
