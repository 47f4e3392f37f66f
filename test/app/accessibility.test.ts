/** What axe-core finds on every page and panel, in light and dark. */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { lightBuild } from '../fixtures/light-app.ts';
import { startNode, type Node } from '../fixtures/signalling.ts';
import { arrive, enter, newLink, sees } from './call-page.ts';
import { reach, visit } from './studio-page.ts';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

let node: Node;
let browser: Browser;

beforeAll(async () => {
  [node, browser] = await Promise.all([startNode({}, lightBuild()), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await node.close();
});

/**
 * Lets axe-core examine a page in a given state, in both colour schemes, and collects what it
 * finds: the rule, and where it is broken.
 */
async function look(page: Page, leaveOut: string[] = []) {
  const flaws: string[] = [];
  const rules = Object.fromEntries(leaveOut.map((rule) => [rule, { enabled: false }]));
  await page.evaluate(axe.source);
  const at = async (what: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      // While an element fades in, its contrast is lower than it will be.
      await page.waitForFunction(() =>
        document
          .getAnimations()
          .every(
            ({ playState, effect }) =>
              playState !== 'running' || effect?.getComputedTiming().endTime === Infinity,
          ),
      );
      // The schemes differ in colours alone, so dark needs no other rule than contrast.
      const options = colorScheme === 'light' ? { rules } : { runOnly: ['color-contrast'] };
      const violations = await page.evaluate(
        (given) => window.axe.run(given).then((results) => results.violations),
        options,
      );
      for (const { id, nodes } of violations)
        for (const { target } of nodes) flaws.push(`${what}: ${id} in ${colorScheme}: ${target.join(' ')}`);
    }
  };
  return { flaws, at };
}

it('the studio and its panels break no rule of accessibility', async () => {
  const { page, close } = await visit(browser, node.url);
  await reach(page, 'ready');
  const { flaws, at } = await look(page);
  await at('welcome');
  await page.getByRole('button', { name: 'Try the demo' }).click();
  await reach(page, 'running');
  await page.locator('.strip').waitFor();
  await page.keyboard.press('s');
  await page.getByText('fps').waitFor();
  await at('studio');
  for (const name of ['Broadcast', 'Recording options', 'Help and shortcuts']) {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('dialog').first().waitFor();
    await at(name);
    await page.keyboard.press('Escape');
  }
  await page.getByRole('button', { name: 'Recording options' }).click();
  await page.getByRole('button', { name: 'Take a picture' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Show the clip large' }).click();
  await page.getByRole('dialog').waitFor();
  await at('clip');
  expect(flaws).toEqual([]);
  await close();
});

it('a film and the dialog that converts it break no rule', async () => {
  const { page, close } = await visit(browser, `${node.url}?input=demo/demo.webm&style=none`);
  await reach(page, 'running');
  const { flaws, at } = await look(page);
  await at('film');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open video' }).click();
  const bytes = await page.evaluate(async () => [
    ...new Uint8Array(await (await fetch('demo/demo.webm')).arrayBuffer()),
  ]);
  const film = { name: 'demo.webm', mimeType: 'video/webm', buffer: Buffer.from(bytes) };
  await (await chooser).setFiles(film);
  await page.getByRole('button', { name: 'Convert this film' }).click();
  await page.getByRole('dialog', { name: 'Convert film' }).waitFor();
  await at('convert');
  expect(flaws).toEqual([]);
  await close();
});

it('lobby and call break no rule', async () => {
  const link = newLink(node.url);
  const [ada, grace] = await Promise.all([arrive(browser, link, 'Ada'), arrive(browser, link, 'Grace')]);
  const { flaws, at } = await look(ada.page);
  await at('lobby');
  await enter(ada);
  await at('alone');
  await enter(grace);
  await sees(ada.page, 'Grace');
  await ada.page.keyboard.press('p');
  await at('call');
  await ada.page.getByRole('button', { name: 'People and link' }).click();
  await at('people');
  expect(flaws).toEqual([]);
  await Promise.all([ada.close(), grace.close()]);
});

it('the OBS page breaks no rule', async () => {
  const { page, close } = await visit(browser, `${node.url}obs.html?input=demo&style=none&debug=1&stats=1`);
  await reach(page, 'running');
  // The page is only a picture for OBS, so it needs no heading.
  const { flaws, at } = await look(page, ['page-has-heading-one']);
  await at('OBS');
  expect(flaws).toEqual([]);
  await close();
});
