/**
 * `npm run test:bundlers`: tries the examples for large bundlers and SDKs, with all their
 * dependencies, in the browser. It takes minutes and needs the network, so it is not part of
 * `npm test`. `npm run test:bundlers -- sdks` tries only one of them.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright';
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
const EXAMPLES = { webpack: '.', next: 'out', sdks: 'dist' };

const packed = await packPackage();
const camera = await fakeCamera();
const browser = await launchBrowser({ camera: camera.path });
const home = await mkdtemp(join(tmpdir(), 'portoon-bundlers-'));
try {
  const wanted = process.argv.slice(2);
  for (const [name, place] of Object.entries(EXAMPLES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
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
    // The SDKs would tell their servers of each page that loads them.
    await page.route(
      ({ origin }) => origin !== new URL(server.url).origin,
      (route) => route.abort(),
    );
    await page.goto(server.url);
    await page.waitForFunction(() => 'portoon' in window, undefined, { timeout: 60_000 });
    const [shown] = await composites(page, camera, 1, { style: 'toon' });
    const { rgba: live, matte, width, height } = camera.frame(shown!.index);
    const distance = distanceToOutline((pixel) => matte[pixel]! > 127, width, height);
    const person = meanDifference(shown!.rgba, live, (pixel) => distance[pixel]! >= 12);
    const room = meanDifference(shown!.rgba, live, (pixel) => distance[pixel]! <= -12);
    report(
      name,
      person > 12 && room < 4,
      `the person differs by ${person.toFixed(1)}, the room by ${room.toFixed(1)}`,
    );
    if (name === 'sdks')
      for (const [sdk, isRight] of Object.entries(await whatSdksSend(page)))
        report(sdk, isRight, 'by the track that it sends');
    await page.close();
    await server.close();
  }
} finally {
  await browser.close();
  await packed.remove();
  await rm(home, { recursive: true });
}

function report(what: string, isRight: boolean, why: string): void {
  process.stdout.write(`${what}: ${isRight ? 'right' : 'WRONG'}; ${why}\n`);
  if (!isRight) process.exitCode = 1;
}

/** What examples/sdks leaves on the window. */
interface SdkWindow {
  cartoon: MediaStreamTrack;
  sent: Record<string, MediaStreamTrack | undefined>;
  sendsCamera: () => Promise<boolean>;
  filtered: () => Promise<Record<string, MediaStreamTrack | undefined>>;
}

/** Whether each SDK sends the cartoon, as far as that can be seen without its server. */
async function whatSdksSend(page: Page): Promise<Record<string, boolean>> {
  await page.waitForFunction(
    () => document.querySelector<HTMLVideoElement>('#publisher video')?.srcObject instanceof MediaStream,
  );
  return page.evaluate(async () => {
    const { cartoon, sent, sendsCamera, filtered } = window as unknown as SdkWindow;
    const video = document.querySelector<HTMLVideoElement>('#publisher video')!;
    const published = (video.srcObject as MediaStream | null)?.getVideoTracks()[0];
    const tracks = Object.entries({ ...sent, vonage: published });
    const results = Object.fromEntries(tracks.map(([sdk, track]) => [sdk, track === cartoon]));
    results['mediasoup with the camera'] = await sendsCamera();
    for (const [sdk, track] of Object.entries(await filtered()))
      // Only an effect makes such tracks.
      results[`${sdk} by its filter`] = track instanceof MediaStreamTrackGenerator;
    return results;
  });
}
