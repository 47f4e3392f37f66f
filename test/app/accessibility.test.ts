/** What axe-core finds on every page and panel, in light and dark. */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { lightBuild } from '../fixtures/light-app.ts';
import { startNode, type Node } from '../fixtures/signalling.ts';
import { arrive, enter, newLink, sees } from './call-page.ts';
import { reach, visit } from './studio-page.ts';

let node: Node;
let browser: Browser;

beforeAll(async () => {
  [node, browser] = await Promise.all([startNode({}, lightBuild()), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await node.close();
});

/** What is wrong with the page as it is: the rule, and where. Only colours change with the scheme. */
async function flaws(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(() =>
      Promise.all(document.getAnimations().map((one) => one.finished.catch(() => 0))),
    );
    const violations = await page.evaluate(
      (rules) => window.axe.run(rules).then((results) => results.violations),
      colorScheme === 'light' ? {} : { runOnly: ['color-contrast'] },
    );
    for (const { id, nodes } of violations)
      for (const { target } of nodes) found.push(`${id} in ${colorScheme}: ${target.join(' ')}`);
  }
  return found;
}

async function prepare(page: Page): Promise<void> {
  await page.evaluate(axe.source);
}

it('the studio and its panels have no flaw', async () => {
  const { page, close } = await visit(browser, node.url);
  await reach(page, 'ready');
  await prepare(page);
  expect(await flaws(page), 'welcome').toEqual([]);
  await page.getByRole('button', { name: 'Try the demo' }).click();
  await reach(page, 'running');
  await page.locator('.strip').waitFor();
  await page.keyboard.press('s');
  await page.getByText('fps').waitFor();
  expect(await flaws(page), 'studio').toEqual([]);
  for (const [name, role] of [
    ['Broadcast', 'dialog'],
    ['Recording options', 'dialog'],
    ['Help and shortcuts', 'dialog'],
  ] as const) {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole(role).first().waitFor();
    expect(await flaws(page), name).toEqual([]);
    await page.keyboard.press('Escape');
  }
  await page.getByRole('button', { name: 'Recording options' }).click();
  await page.getByRole('button', { name: 'Take a picture' }).click();
  await page.locator('.clip').waitFor();
  await page.keyboard.press('Escape');
  expect(await flaws(page), 'clip').toEqual([]);
  await close();
});

it('a film and the dialog that converts it have no flaw', async () => {
  const { page, close } = await visit(browser, `${node.url}?input=demo/demo.webm&style=none`);
  await reach(page, 'running');
  await prepare(page);
  expect(await flaws(page), 'film').toEqual([]);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open video' }).click();
  const film = await page.evaluate(async () => [
    ...new Uint8Array(await (await fetch('demo/demo.webm')).arrayBuffer()),
  ]);
  await (await chooser).setFiles({ name: 'demo.webm', mimeType: 'video/webm', buffer: Buffer.from(film) });
  await page.getByRole('button', { name: 'Convert this film' }).click();
  await page.getByRole('dialog', { name: 'Convert film' }).waitFor();
  expect(await flaws(page), 'convert').toEqual([]);
  await close();
});

it('lobby and call have no flaw', async () => {
  const link = newLink(node.url);
  const [ada, grace] = await Promise.all([arrive(browser, link, 'Ada'), arrive(browser, link, 'Grace')]);
  await prepare(ada.page);
  expect(await flaws(ada.page), 'lobby').toEqual([]);
  await enter(ada);
  expect(await flaws(ada.page), 'alone').toEqual([]);
  await enter(grace);
  await sees(ada.page, 'Grace');
  expect(await flaws(ada.page), 'call').toEqual([]);
  await ada.page.getByRole('button', { name: 'People and link' }).click();
  expect(await flaws(ada.page), 'people').toEqual([]);
  await Promise.all([ada.close(), grace.close()]);
});

it('the OBS page has no flaw', async () => {
  const { page, close } = await visit(browser, `${node.url}obs.html?input=demo&style=none&debug=1&stats=1`);
  await reach(page, 'running');
  await prepare(page);
  expect(await flaws(page)).toEqual([]);
  await close();
});
