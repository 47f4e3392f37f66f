/**
 * `npm run test:bundlers`: tries the examples for large bundlers, with all their dependencies, in
 * the browser. It takes minutes and needs the network, so it is not part of `npm test`.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { launchBrowser } from './fixtures/browser.ts';
import { fakeCamera } from './fixtures/fake-camera.ts';
import { packPackage, serveFolder } from './fixtures/packed.ts';
import { projectRoot } from './fixtures/server.ts';
import { composites, distanceToOutline, meanDifference } from './fixtures/stage.ts';

/**
 * The environment without the variables of `npm run`, with which the examples would install into
 * this folder.
 */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_ENV|INIT_CWD)/i.test(name)),
  ),
  NEXT_TELEMETRY_DISABLED: '1',
};
const npm = (folder: string, ...args: string[]) => promisify(execFile)('npm', args, { cwd: folder, env });
/** The examples, and where each has its page when it is built. */
const EXAMPLES = { webpack: '.', next: 'out' };

const packed = await packPackage();
const camera = await fakeCamera();
const browser = await launchBrowser({ camera: camera.path });
const home = await mkdtemp(join(tmpdir(), 'portoon-bundlers-'));
try {
  for (const [name, place] of Object.entries(EXAMPLES)) {
    const folder = join(home, name);
    await cp(join(projectRoot, 'examples', name), folder, { recursive: true });
    const manifest = join(folder, 'package.json');
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace(/file:[^"]+/, `file:${packed.archive}`));
    await npm(folder, 'install', '--include=dev', '--no-audit', '--no-fund', '--ignore-scripts');
    await npm(folder, 'run', 'build');
    const server = await serveFolder(join(folder, place));
    const page = await browser.newPage();
    // tsx wraps functions in a helper for their names, which the page does not have.
    await page.addInitScript('globalThis.__name = (named) => named');
    await page.goto(server.url);
    await page.waitForFunction(() => 'portoon' in window, undefined, { timeout: 60_000 });
    const [shown] = await composites(page, camera, 1, { style: 'toon' });
    const { rgba: live, matte, width, height } = camera.frame(shown!.index);
    const distance = distanceToOutline((pixel) => matte[pixel]! > 127, width, height);
    const person = meanDifference(shown!.rgba, live, (pixel) => distance[pixel]! >= 12);
    const room = meanDifference(shown!.rgba, live, (pixel) => distance[pixel]! <= -12);
    const isRight = person > 12 && room < 4;
    process.stdout.write(
      `${name}: ${isRight ? 'right' : 'WRONG'}; the person differs by ${person.toFixed(1)}, the room by ${room.toFixed(1)}\n`,
    );
    if (!isRight) process.exitCode = 1;
    await page.close();
    await server.close();
  }
} finally {
  await browser.close();
  await packed.remove();
  await rm(home, { recursive: true });
}
