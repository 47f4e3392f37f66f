import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { listen, type Listening } from '../server/listen.ts';
import { createAppServer } from '../server/server.ts';
import { buildIfStale, root } from './app.ts';
import { launchBrowser, openConvertPage } from './browser.ts';
import { checkLook, isFile } from './check-look.ts';
import { checkFilePaths } from './file-faults.ts';
import { FilmServer } from './film-server.ts';
import { browserFor } from './get-chromium.ts';
import type { Command } from './options.ts';
import type { CliOutput } from './cli-output.ts';
import type { Fault } from '../common/errors.ts';
import { explainWriteError, isSystemError } from '../common/write-error.ts';
import type { ConvertSettings } from '../queue/convert-driver.ts';
import type { PageAnswer, PageRequest } from './page-protocol.ts';

export const EXIT = { fine: 0, failed: 1, usage: 2, noBrowser: 3, interrupted: 130 } as const;

/** Converts what the command names. Resolves with the exit code. */
export async function convert(
  command: Command,
  report: CliOutput,
  interrupted: AbortSignal,
): Promise<number> {
  await checkLook(command);
  const executablePath = browserFor(report);
  if (executablePath === undefined) return EXIT.noBrowser;
  await buildIfStale(report);
  const films = new FilmServer(createAppServer(join(root, 'dist')));
  const listening = await listen(films.http, 0, '127.0.0.1');
  let browser: Browser | null = null;
  try {
    report.step('Starting the browser …');
    browser = await launchBrowser(executablePath);
    return await convertAll(command, films, listening, browser, report, interrupted);
  } catch (error) {
    if (interrupted.aborted) {
      report.ended('ERR_INTERRUPTED', 'The command was interrupted.', 'Start it again.');
      return EXIT.interrupted;
    }
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
  browser: Browser,
  report: CliOutput,
  interrupted: AbortSignal,
): Promise<number> {
  let current = '';
  const page = await openConvertPage(browser, url, (progress) => {
    report.progress(current, progress);
  });
  const ended = new Promise<never>((_resolve, reject) => {
    interrupted.addEventListener('abort', () => {
      reject(new Error('interrupted'));
    });
    page.on('crash', () => {
      reject(new Error('The browser gave up, most likely for lack of memory.'));
    });
  });
  ended.catch(() => undefined);
  const { background: given } = command;
  // A picture gets an address that the page can read.
  const background = (await isFile(given)) ? films.offer(resolve(given)) : given;
  let code: number = EXIT.fine;
  const run = async (request: PageRequest) => {
    const converting = page.evaluate((wanted) => window.portoonConvert!.convert(wanted), request);
    converting.catch(() => undefined);
    return Promise.race([converting, ended]);
  };
  for (const film of command.films) {
    interrupted.throwIfAborted();
    current = film.from;
    try {
      const refused = await checkFilePaths(film.from, film.to, command.overwrite);
      const answer = refused ?? (await convertFilm(command, film, background, films, report, run));
      if ('result' in answer) {
        report.done(film.from, film.to, answer.result);
        continue;
      }
      report.failed(film.from, answer.fault);
    } catch (error) {
      // A file that cannot be written fails one film. An error of the browser fails them all.
      if (!isSystemError(error)) throw error;
      report.failed(film.from, explainWriteError(error, film.to));
    }
    code = EXIT.failed;
  }
  return code;
}

/**
 * Converts one film into a file beside its place, which takes that place when it is complete.
 * @throws the file system's own error.
 */
async function convertFilm(
  command: Command,
  { from, to, format }: Command['films'][number],
  background: string,
  films: FilmServer,
  report: CliOutput,
  run: (request: PageRequest) => Promise<PageAnswer>,
): Promise<PageAnswer> {
  await mkdir(dirname(to), { recursive: true });
  const unfinished = `${to}.part`;
  // What is left of a run that was killed.
  await rm(unfinished, { force: true });
  const place = await films.openForWriting(unfinished);
  try {
    report.step('Loading the nets …');
    const answer = await run({
      request: {
        film: films.offer(resolve(from)),
        name: from,
        format,
        to: { kind: 'upload', url: place.path },
        trim: command.trim,
        ...(command.frameRate === null ? {} : { frameRate: command.frameRate }),
      },
      ...settingsFrom(command, background),
    });
    if ('fault' in answer) return { fault: nameBackground(answer.fault, background, command.background) };
    await place.finish();
    await rename(unfinished, to);
    return answer;
  } finally {
    await place.close();
    await rm(unfinished, { force: true });
  }
}

/** The command's options for the effect, with this background. */
export function settingsFrom(command: Command, background: string): ConvertSettings {
  const { style, region, strength, line, colour, palette, detail, quality, matteOnly, matteSide } = command;
  return {
    look: { style, region, strength, line, colour, palette, detail, background, quality },
    film: { shows: matteOnly ? 'matte' : 'picture', ...(matteSide === null ? {} : { matteSide }) },
    ep: command.ep,
  };
}

/**
 * Names the picture as the person gave it; its address on this program's server would say nothing
 * to them.
 */
function nameBackground(fault: Fault, address: string, given: string): Fault {
  return { ...fault, message: fault.message.replace(address, given) };
}
