/** Real rooms in real pages, over the real server, with no studio around them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { build } from 'vite';
import { expect } from 'vitest';
import type { Seen } from './room-page/main.ts';
import { LONG_WAIT } from '../fixtures/waits.ts';

export type { Seen } from './room-page/main.ts';

/** Builds the page into a folder that a server can serve. */
export async function buildRoomPage(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'portoon-room-'));
  await build({
    root: join(import.meta.dirname, 'room-page'),
    configFile: false,
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true, target: 'esnext', modulePreload: false },
  });
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

/** Opens the page as a new visitor. `before` runs in it ahead of the page's own scripts. */
export async function openRoomPage(browser: Browser, url: string, before = ''): Promise<Page> {
  const context = await browser.newContext({ permissions: ['microphone'] });
  const page = await context.newPage();
  await page.addInitScript(before);
  await page.goto(url);
  await page.waitForFunction(() => 'steered' in window);
  return page;
}

/**
 * Waits for an answer from the page; rejects if the page crashes, because an evaluation in a
 * crashed page never ends.
 */
function answerOf<Answer>(page: Page, answer: Promise<Answer>): Promise<Answer> {
  let onCrash = (): void => undefined;
  const crash = new Promise<never>((_, reject) => {
    onCrash = () => {
      reject(new Error('the page crashed'));
    };
    page.once('crash', onCrash);
  });
  return Promise.race([answer, crash]).finally(() => page.off('crash', onCrash));
}

/** Joins a room, and says `none` or the code with which it was refused. */
export function joinRoom(page: Page, room: string, name: string): Promise<string> {
  return answerOf(
    page,
    page.evaluate(([word, called]) => window.steered.join(word, called), [room, name] as const),
  );
}

export function membersOf(page: Page): Promise<Seen[]> {
  return answerOf(
    page,
    page.evaluate(() => window.steered.members()),
  );
}

/** Resolves when the page sees exactly these people, in any order, and hears each of them. */
export async function seesAll(page: Page, ...names: string[]): Promise<void> {
  await expect
    .poll(async () => (await membersOf(page)).map(({ name, link }) => `${name} ${link}`).sort(), LONG_WAIT)
    .toEqual(names.map((name) => `${name} connected`).sort());
}
