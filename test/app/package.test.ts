/** The package as it is published, in pages that others build. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright';
import { publint } from 'publint';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type * as Library from '../../src/index.ts';
import type { Effect, Fault, LoadProgress } from '../../src/index.ts';
import type { CartoonEffect } from '../../src/package/jitsi.ts';
import type { Listening } from '../../src/server/listen.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { fakeCamera, type FakeCamera } from '../fixtures/fake-camera.ts';
import { buildExample, packPackage, serveFolder, type Packed } from '../fixtures/packed.ts';
import { projectRoot } from '../fixtures/server.ts';
import { composites, distanceToOutline, meanDifference } from '../fixtures/stage.ts';
import { LONG_WAIT, WAIT } from '../fixtures/waits.ts';

const BARE = `<!doctype html>
  <script type="importmap">{ "imports": { "portoon": "./node_modules/portoon/dist-lib/index.js" } }</script>
  <script type="module">import * as library from 'portoon'; Object.assign(window, { library });</script>`;

/** What a developer may write. It is compiled without other packages' types, such as WebGPU's. */
const TYPED = `
import { createEffect, isSupported, preload, PortoonError, type EffectOptions } from 'portoon';
import { cartoonProcessor } from 'portoon/livekit';
import { cartoonEffect } from 'portoon/jitsi';
const options: EffectOptions = { style: 'toon', assets: (name) => new URL(name, 'https://files.example/') };
const support = isSupported();
if (!support.supported) throw new PortoonError(support.fault.code, support.fault.message, support.fault.wayOut);
await preload({ ...options, onProgress: ({ loaded, total }) => console.log(loaded / total) });
const effect = await createEffect(options);
effect.on('slow', ({ fps }) => console.log(fps.toFixed(1)));
// @ts-expect-error There is no such option.
await effect.set({ stile: 'udnie' });
const track: MediaStreamTrack = cartoonEffect(options).startEffect(new MediaStream()).getVideoTracks()[0]!;
await cartoonProcessor(options).init({ track });
`;

let packed: Packed;
let camera: FakeCamera;
let browser: Browser;
let plainFolder: string;
let plain: Listening;
const servers: Listening[] = [];

beforeAll(async () => {
  [packed, camera] = await Promise.all([packPackage(), fakeCamera()]);
  browser = await launchBrowser({ camera: camera.path });
  plainFolder = await packed.example('plain');
  plain = await serve(plainFolder);
  await writeFile(join(plainFolder, 'bare.html'), BARE);
});
afterAll(async () => {
  await browser.close();
  for (const server of servers) await server.close();
  await packed.remove();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

async function serve(folder: string, headers?: Record<string, string>): Promise<Listening> {
  const server = await serveFolder(folder, headers);
  servers.push(server);
  return server;
}

async function open(url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => 'portoon' in window, undefined, LONG_WAIT);
  return page;
}

/** The person is drawn, and the room is the camera's. */
async function expectCartoon(page: Page): Promise<void> {
  const shown = await composites(page, camera, 2, { style: 'toon' });
  expect(shown.length).toBeGreaterThan(0);
  for (const { index, rgba } of shown) {
    const { rgba: live, matte, width, height } = camera.frame(index);
    const distance = distanceToOutline((pixel) => matte[pixel]! > 127, width, height);
    expect(meanDifference(rgba, live, (pixel) => distance[pixel]! >= 12)).toBeGreaterThan(12);
    expect(meanDifference(rgba, live, (pixel) => distance[pixel]! <= -12)).toBeLessThan(4);
  }
}

/** Mean colour that a page's video shows in its middle. */
function middleOf(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
    const context = canvas.getContext('2d')!;
    const video = document.querySelector('video')!;
    const [w, h] = [video.videoWidth, video.videoHeight];
    context.drawImage(video, w * 0.4, h * 0.4, w * 0.2, h * 0.2, 0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  });
}

const saturation = ([r, g, b]: number[]) => Math.max(r!, g!, b!) - Math.min(r!, g!, b!);

const run = promisify(execFile);

/** Opens a page of the plain example that exposes the library as `library` and starts nothing. */
async function openBare({ url } = plain): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${url}bare.html`);
  await page.waitForFunction(() => 'library' in window);
  return page;
}

/** The error of `createEffect` when its files cannot be found at `assets`. */
function refusal(page: Page, assets?: string): Promise<Fault> {
  return page.evaluate(async (assets) => {
    const { library } = window as unknown as { library: typeof Library };
    try {
      await library.createEffect(assets === undefined ? {} : { assets });
    } catch (error) {
      const { code, message, wayOut } = error as Fault;
      return { code, message, wayOut };
    }
    throw new Error('It took the wrong files.');
  }, assets);
}

describe('a page', () => {
  test('without a bundler shows the cartoon', async () => {
    await expectCartoon(await open(plain.url));
  });

  test('built with Vite shows the cartoon', async () => {
    const built = await buildExample(await packed.example('vite'));
    await expectCartoon(await open((await serve(built)).url));
  });

  test('shows through around the person where the background is transparent', async () => {
    const page = await open((await serve(await packed.example('transparent'))).url);
    const [shown] = await composites(page, camera, 1, {});
    const { matte, width, height } = camera.frame(shown!.index);
    const distance = distanceToOutline((pixel) => matte[pixel]! > 127, width, height);
    const alphas = (where: (distance: number) => boolean) =>
      distance.reduce((sum, at, pixel) => sum + (where(at) ? shown!.rgba[pixel * 4 + 3]! : 0), 0) /
      distance.reduce((count, at) => count + (where(at) ? 1 : 0), 0);
    expect(alphas((at) => at >= 12)).toBeGreaterThan(245);
    expect(alphas((at) => at <= -12)).toBeLessThan(10);
  });

  test('hands livekit-client the cartoon', async () => {
    const built = await buildExample(await packed.example('livekit'));
    const page = await browser.newPage();
    await page.goto((await serve(built)).url);
    await page.waitForFunction(() => 'cartoon' in window, undefined, LONG_WAIT);
    const isSent = await page.evaluate(() => {
      const { cartoon, track } = window as unknown as {
        cartoon: { processedTrack: MediaStreamTrack };
        track: { mediaStreamTrack: MediaStreamTrack };
      };
      return (
        track.mediaStreamTrack === cartoon.processedTrack && cartoon.processedTrack.readyState === 'live'
      );
    });
    expect(isSent).toBe(true);
  });

  test('runs as a track effect of lib-jitsi-meet, which can be muted and unmuted', async () => {
    const page = await browser.newPage();
    await page.goto((await serve(await packed.example('jitsi'))).url);
    await page.waitForFunction(() => 'cartoon' in window);
    await page.evaluate(() =>
      (window as unknown as { cartoon: CartoonEffect }).cartoon.set({ region: 'everything', style: 'manga' }),
    );
    const chroma = async () => saturation(await middleOf(page));
    await expect.poll(chroma).toBeLessThan(8);
    await page.getByLabel('Cartoon').uncheck();
    await expect.poll(chroma, WAIT).toBeGreaterThan(14);
    await page.getByLabel('Camera').uncheck();
    await page.waitForFunction(() => document.querySelector('video')!.srcObject === null);
    await page.getByLabel('Cartoon').check();
    await page.getByLabel('Camera').check();
    await expect.poll(chroma, WAIT).toBeLessThan(8);
  });

  test('may draw with a recipe of its own', async () => {
    const page = await open((await serve(await packed.example('own-style'))).url);
    const [shown] = await composites(page, camera, 1, {});
    const { matte, width, height } = camera.frame(shown!.index);
    const distance = distanceToOutline((pixel) => matte[pixel]! > 127, width, height);
    // The style draws white lines on blue paper, so the median colour is the paper's.
    const median = [0, 1, 2].map((channel) => {
      const values = [...distance.keys()].filter((pixel) => distance[pixel]! >= 12);
      return values.map((pixel) => shown!.rgba[4 * pixel + channel]!).sort((a, b) => a - b)[
        values.length >> 1
      ]!;
    });
    expect(median[0]).toBeLessThan(60);
    expect(median[2]).toBeGreaterThan(110);
  });

  test('records the cartoon to a file', async () => {
    const page = await open((await serve(await packed.example('record'))).url);
    const button = page.getByRole('button');
    await button.click();
    await page.waitForFunction(
      (from) => (window as unknown as { portoon: Effect }).portoon.stats().frames > from + 20,
      await page.evaluate(() => (window as unknown as { portoon: Effect }).portoon.stats().frames),
    );
    await button.click();
    const link = page.getByRole('link');
    await link.waitFor();
    const size = await link.evaluate(async (link: HTMLAnchorElement) => {
      const video = Object.assign(document.createElement('video'), { src: link.href, muted: true });
      await video.play();
      return [video.videoWidth, video.videoHeight];
    });
    expect(size).toEqual([camera.width, camera.height]);
  });

  test('sends it to a peer, or the camera in its place', async () => {
    const page = await open((await serve(await packed.example('peer'))).url);
    await page.evaluate(() =>
      (window as unknown as { portoon: Effect }).portoon.set({
        region: 'everything',
        style: 'manga',
      }),
    );
    const chroma = async () => saturation(await middleOf(page));
    // Manga is black and white, and the person in the demo clip is coloured.
    await expect.poll(chroma, WAIT).toBeLessThan(8);
    await page.getByLabel('Cartoon').uncheck();
    await expect.poll(chroma, WAIT).toBeGreaterThan(14);
  });

  test('may have the files on another origin', async () => {
    const folder = await packed.copyAssets();
    const elsewhere = await serve(folder, { 'Access-Control-Allow-Origin': '*' });
    const page = await openBare();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const fetched = await page.evaluate(async (assets) => {
      const { library } = window as unknown as { library: typeof Library };
      const reports: LoadProgress[] = [];
      const onProgress = (progress: LoadProgress) => void reports.push(progress);
      await library.preload({ assets, onProgress });
      Object.assign(window, { portoon: await library.createEffect({ assets }) });
      return reports;
    }, elsewhere.url);
    // Fetching ahead says how far it is, to the end.
    expect(fetched.length).toBeGreaterThan(2);
    expect(fetched.at(-1)!.total).toBeGreaterThan(5e6);
    expect(fetched.at(-1)!.loaded).toBe(fetched.at(-1)!.total);
    expect(requests.filter((url) => !url.startsWith(elsewhere.url) && !url.startsWith('blob:'))).toEqual([]);
    await expectCartoon(page);
  });
});

describe('what is wrong is said in a sentence, with a way out', () => {
  test('a folder that is not there, or holds something else', async () => {
    const page = await openBare();
    const missing = await refusal(page, '/nowhere/');
    expect(missing).toMatchObject({
      code: 'ERR_ASSETS',
      wayOut: expect.stringContaining('copy-assets') as string,
    });
    expect(missing.message).toMatch(/effect\.worker\.js\?v=.* is not there: the server answered 404\.$/);
    await page.route('**/typeless/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
    );
    const typeless = await refusal(page, '/typeless/');
    expect(typeless).toMatchObject({
      code: 'ERR_ASSETS',
      wayOut: expect.stringContaining('text/javascript') as string,
    });
    expect(typeless.message).toContain('has the type text/html');
    await page.route('**/models/manifest.json*', (route) => route.fulfill({ status: 404, body: '' }));
    const listless = await refusal(page, '/node_modules/portoon/dist-lib/assets');
    expect(listless.code).toBe('ERR_MANIFEST');
    expect(await refusal(page, '')).toMatchObject({
      code: 'ERR_PARAMETER',
      message: expect.stringContaining('assets is ""') as string,
    });
  });

  test.each([
    ["connect-src 'none'", 'ERR_MANIFEST', 'connect-src'],
    ["worker-src 'none'", 'ERR_ASSETS', 'worker-src'],
    ["script-src 'self' 'unsafe-inline'", 'ERR_RUNTIME', "'wasm-unsafe-eval'"],
  ])('a policy that refuses: %s', async (policy, code, directive) => {
    const page = await openBare(await serve(plainFolder, { 'Content-Security-Policy': policy }));
    const camera = await page.evaluateHandle(async () => {
      const [track] = (await navigator.mediaDevices.getUserMedia({ video: true })).getVideoTracks();
      return track!;
    });
    expect(await refusal(page)).toMatchObject({
      code,
      wayOut: expect.stringContaining(directive) as string,
    });
    expect(await camera.evaluate(({ readyState }) => readyState)).toBe('live');
  });

  test('two copies of the package work, with a warning that names both', async () => {
    const folder = await packed.example('plain');
    await symlink(packed.folder, join(folder, 'node_modules/portoon-too'));
    await writeFile(join(folder, 'bare.html'), BARE);
    const page = await openBare(await serve(folder));
    const warnings: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'warning') warnings.push(message.text());
    });
    // As text, because Vitest writes imports anew.
    const openFrom = (name: string) =>
      page.evaluate(
        `import('./node_modules/${name}/dist-lib/index.js')
          .then(({ createEffect }) => createEffect()).then((effect) => effect.close())`,
      );
    await openFrom('portoon');
    expect(warnings).toEqual([]);
    await openFrom('portoon-too');
    expect(warnings).toEqual([
      expect.stringMatching(
        /^ERR_TWO_COPIES: .*\/portoon\/.*\/portoon-too\/.*\. .* npm ls portoon /,
      ) as string,
    ]);
  });

  test('a server can import it, and is told that it needs a browser', async () => {
    const script = `
      await Promise.all([import('portoon/livekit'), import('portoon/jitsi')]);
      const { createEffect, isSupported } = await import('portoon');
      const error = await createEffect().catch((error) => error);
      console.log(JSON.stringify([isSupported(), { code: error.code, wayOut: error.wayOut }]));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: plainFolder,
    });
    const [support, error] = JSON.parse(stdout) as unknown[];
    expect(support).toMatchObject({ supported: false, fault: { code: 'ERR_UNSUPPORTED_BROWSER' } });
    expect(error).toMatchObject({
      code: 'ERR_UNSUPPORTED_BROWSER',
      wayOut: expect.stringContaining('in the browser') as string,
    });
  });
});

test("its command serves the studio, whose nets and runtimes are the library's", async () => {
  const served = await packed.start();
  const { url } = served;
  const answers = await Promise.all(
    ['', 'models/manifest.json', 'models/matte/portrait.onnx', 'obs.html'].map((path) => fetch(url + path)),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const page = await browser.newPage();
  await page.goto(`${url}?input=camera&autostart=1`);
  await page.waitForFunction(
    () => document.documentElement.dataset.state === 'running',
    undefined,
    LONG_WAIT,
  );
  await served.stop();
});

test('its commands need no other package except a browser driver, and say so', async () => {
  const { dependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(join(packed.folder, 'package.json'), 'utf8'),
  ) as { dependencies?: object; peerDependenciesMeta: object };
  expect(dependencies).toBeUndefined();
  expect(peerDependenciesMeta).toEqual({ 'playwright-core': { optional: true } });
  const said = await run(process.execPath, [
    join(packed.folder, 'bin/portoon.js'),
    'convert',
    'film.mp4',
  ]).then(
    () => undefined,
    (error: unknown) => {
      const { code, stderr } = error as { code: number; stderr: string };
      return { code, stderr };
    },
  );
  expect(said).toEqual({
    code: 3,
    stderr: expect.stringMatching(
      /^playwright-core is not installed\.\n {2}Install it beside portoon: npm install playwright-core /,
    ) as string,
  });
});

describe('tools read the package', () => {
  test('publint finds nothing', async () => {
    const { messages } = await publint({ pkgDir: packed.folder, pack: false });
    expect(messages).toEqual([]);
  });

  test.each(['Node16', 'Bundler'])(
    'its types hold as TypeScript resolves them for %s',
    async (resolution) => {
      await writeFile(join(plainFolder, 'types.mts'), TYPED);
      const compilerOptions = {
        module: resolution === 'Bundler' ? 'ESNext' : resolution,
        moduleResolution: resolution,
        ...{ target: 'ES2022', lib: ['ES2024', 'DOM', 'DOM.Iterable'], types: [] },
        ...{ noEmit: true, strict: true },
      };
      await writeFile(
        join(plainFolder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: ['types.mts'] }),
      );
      const tsc = join(projectRoot, 'node_modules/typescript/bin/tsc');
      const complaints = await run(process.execPath, [tsc, '-p', plainFolder]).then(
        () => '',
        (error: unknown) => (error as { stdout: string }).stdout,
      );
      expect(complaints).toBe('');
    },
  );
});

test('the package is small, and its JavaScript smaller', () => {
  expect(packed.bytes).toBeLessThan(30e6);
  // The studio has something to show where there is no camera.
  expect(packed.files).toContain('dist/demo/demo.webm');
  expect(packed.files.filter((path) => /\.wasm$|portrait\.onnx$/.test(path)).length).toBe(4);
  // The files that the first cartoon on wasm loads.
  const scripts = [
    'index',
    'effect',
    'addresses',
    ...['effect.worker', 'nets.worker'].map((name) => `assets/${name}`),
  ];
  const runtime = ['ort.wasm', 'ort-wasm-simd-threaded'].map((name) => `assets/runtime/${name}`);
  const read = (name: string) => readFileSync(join(packed.folder, 'dist-lib', name));
  const total = (names: string[], compress: (file: Buffer) => Buffer) =>
    names.reduce((sum, name) => sum + compress(read(name)).length, 0);
  const programs = [...scripts, ...runtime].map((name) => `${name}.js`);
  expect(total(programs, gzipSync)).toBeLessThan(250e3);
  const wasm = `${runtime[1]}.wasm`;
  const nets = ['manifest.json', 'matte/portrait.onnx', 'style/drawn.onnx'].map(
    (name) => `assets/models/${name}`,
  );
  const all = [...programs, wasm, ...nets];
  expect(total(all, gzipSync)).toBeLessThan(10e6);
  // Servers compress once, and longer than this.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  expect(total(all, (file) => brotliCompressSync(file, { params }))).toBeLessThan(9e6);
});
