import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { projectRoot } from '../../fixtures/server.ts';

const run = promisify(execFile);
const evaluate = (environment: Record<string, string>, ...options: string[]) =>
  run(process.execPath, ['--import', 'tsx', 'test/quality/eval.ts', ...options], {
    cwd: projectRoot,
    env: { ...process.env, ...environment },
  });

test('without the data npm run eval says so in one line and exits with 0', async () => {
  const missing = join(projectRoot, 'no-such-folder');
  const { stdout, stderr } = await evaluate({ PORTOON_DATA: missing });
  expect(stdout).toBe(
    `No validation portraits at ${missing}: nothing to measure. PORTOON_DATA says where they are.\n`,
  );
  expect(stderr).toBe('');
});

test('a net that is not shipped is refused by name', async () => {
  await expect(evaluate({}, '--only', 'nobody')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--only has "nobody"; it takes portrait, /) as string,
  });
});

test('an unknown kind of picture is refused by name', async () => {
  await expect(evaluate({}, '--kinds', 'desk,moon')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--kinds has "moon"; it takes desk, .*rooms, clips, /) as string,
  });
});

test('an unknown style is refused by name', async () => {
  await expect(evaluate({}, '--styles', 'toon,moon')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--styles has "moon"; it takes toon, .*, all, /) as string,
  });
});

test('a sheet of people is not written among the files of the project', async () => {
  await expect(evaluate({}, '--sheet', 'docs/sheet.png')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--sheet has "docs\/sheet.png", which is in the project/) as string,
  });
});
