import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright-core';
import { listen, type Listening } from '../server/listen.ts';
import { createAppServer } from '../server/server.ts';
import { HOW_TO_GET_CHROMIUM, quietFlags } from './chromium.ts';
import { FilmServer } from './film-server.ts';
import { getChromium } from './get-chromium.ts';
import type { Command } from './options.ts';
import { Report } from './report.ts';
import type { PageOrder } from './words.ts';

const root = resolve(import.meta.dirname, '../..');
export const EXIT = { fine: 0, failed: 1, usage: 2, noBrowser: 3, interrupted: 130 } as const;

/** Converts what the command names. Resolves with the exit code. */
export async function convert(command: Command, interrupted: AbortSignal): Promise<number> {
  const report = new Report(command.json);
  const executablePath = getChromium();
  if (!executablePath) {
    process.stderr.write(`${HOW_TO_GET_CHROMIUM}\n`);
    return EXIT.noBrowser;
  }
  await buildIfStale(report);
  const films = new FilmServer(createAppServer(join(root, 'dist')));
  const listening = await listen(films.http, 0, '127.0.0.1');
  let browser: Browser | null = null;
  try {
    report.step('Starting the browser …');
    browser = await chromium.launch({
      executablePath,
      headless: true,
      // What interrupts this program ends the browser too, in order.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      // A browser of root's own has no sandbox: it says so, and does not start.
      args: [...quietFlags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    });
    return await convertAll(command, films, listening, await browser.newPage(), report, interrupted);
  } catch (error) {
    if (interrupted.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    report.clear();
    await browser?.close();
    await listening.close();
  }
}

async function convertAll(
  command: Command,
  films: FilmServer,
  { url }: Listening,
  page: Page,
  report: Report,
  interrupted: AbortSignal,
): Promise<number> {
  const ended = new Promise<never>((_resolve, reject) => {
    interrupted.addEventListener('abort', () => {
      reject(new Error('interrupted'));
    });
    page.on('crash', () => {
      reject(new Error('The browser gave up, most likely for lack of memory.'));
    });
  });
  ended.catch(() => undefined);
  let current = '';
  await page.exposeFunction('tellProgress', (progress: Parameters<Report['progress']>[1]) => {
    report.progress(current, progress);
  });
  await page.goto(new URL('convert.html', url).href);
  await page.waitForFunction(() => window.portoonConvert !== undefined);
  const background = (await isFile(command.background))
    ? films.offer(resolve(command.background))
    : command.background;
  let code: number = EXIT.fine;
  for (const { from, to, format } of command.films) {
    interrupted.throwIfAborted();
    current = from;
    const refused = await refusal(from, to, command.overwrite);
    if (refused) {
      report.failed(from, refused);
      code = EXIT.failed;
      continue;
    }
    await mkdir(dirname(to), { recursive: true });
    const unfinished = `${to}.part`;
    // What is left of a run that was killed.
    await rm(unfinished, { force: true });
    const place = await films.take(unfinished);
    try {
      report.step('Loading the nets …');
      const order: PageOrder = {
        order: {
          film: films.offer(resolve(from)),
          name: from,
          format,
          to: { kind: 'upload', url: place.path },
          trim: command.trim,
        },
        look: {
          style: command.style,
          region: command.region,
          strength: command.strength,
          line: command.line,
          colour: command.colour,
          palette: command.palette,
          detail: command.detail,
          background,
          quality: command.quality,
        },
        film: {
          shows: command.matteOnly ? 'matte' : 'picture',
          ...(command.matteSide === null ? {} : { matteSide: command.matteSide }),
        },
        ep: command.ep,
      };
      const converting = page.evaluate((wanted) => window.portoonConvert!.convert(wanted), order);
      converting.catch(() => undefined);
      const answer = await Promise.race([converting, ended]);
      if ('fault' in answer) {
        report.failed(from, answer.fault);
        code = EXIT.failed;
        continue;
      }
      await place.close();
      await rename(unfinished, to);
      report.done(from, to, answer.result);
    } finally {
      await place.close();
      await rm(unfinished, { force: true });
    }
  }
  return code;
}

/** Why a film cannot even be tried. */
async function refusal(from: string, to: string, overwrite: boolean) {
  if (!(await isFile(from)))
    return {
      code: 'ERR_VIDEO_UNREADABLE',
      message: `There is no file ${from}.`,
      wayOut: 'Check its name; a folder is no film.',
    };
  if (resolve(from) === resolve(to))
    return {
      code: 'ERR_FILE_WRITE',
      message: `${to} would be written over itself.`,
      wayOut: 'Give the new film another name: -o NEW.mp4',
    };
  if (!overwrite && existsSync(to))
    return {
      code: 'ERR_FILE_WRITE',
      message: `${to} is there already.`,
      wayOut: 'Choose another name, or replace it: --overwrite',
    };
  return null;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** From a checkout the app is built when its sources changed; an installed package comes built. */
async function buildIfStale(report: Report): Promise<void> {
  const sources = join(root, 'scripts/build.ts');
  const isCheckout = await access(sources).then(
    () => true,
    () => false,
  );
  if (!isCheckout) return;
  const { isFresh } = await import('../../scripts/build.ts');
  if (await isFresh(root)) return;
  report.step('Building the app: some seconds, and only when its sources changed …');
  // In a process of its own: compilers leave a gigabyte behind.
  await promisify(execFile)(process.execPath, ['--import', 'tsx', sources], { cwd: root });
}
