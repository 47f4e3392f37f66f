/** What axe-core finds on every page and panel, in light and dark. */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { lightBuild } from '../fixtures/light-app.ts';
import { startNode, type Node } from '../fixtures/signalling.ts';
import { look } from './axe.ts';
import { arrive, come, enter, newLink, sees } from './call-page.ts';
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

/** Runs in the page first: nobody allows a camera or a microphone. */
const REFUSED = `MediaDevices.prototype.getUserMedia = () =>
  Promise.reject(new DOMException('not allowed', 'NotAllowedError'));`;

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
    if (name === 'Broadcast') {
      await page.getByRole('switch', { name: 'OBS link' }).check({ force: true });
      await page.getByLabel('Link for OBS').waitFor();
      await at('OBS link');
      await page.getByRole('switch', { name: 'OBS link' }).uncheck({ force: true });
    }
    await page.keyboard.press('Escape');
  }
  await page.keyboard.press('b');
  await page.getByRole('slider', { name: 'Before and after' }).waitFor();
  await page.keyboard.press('r');
  await page.locator('.recorder.running .bytes').waitFor();
  await at('recording, beside the divider');
  await page.keyboard.press('r');
  await page.locator('.clip').waitFor();
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('button', { name: 'Discard for good?' }).click();
  await page.locator('.clip').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Recording options' }).click();
  await page.getByRole('button', { name: 'Take a picture' }).click();
  await page.keyboard.press('Escape');
  await page.locator('.clip').waitFor();
  await at('clip card');
  await page.getByRole('button', { name: 'Show the clip large' }).click();
  await page.getByRole('dialog').waitFor();
  await at('clip');
  expect(flaws).toEqual([]);
  await close();
});

it('a problem and a notice break no rule', async () => {
  const { page, close } = await visit(browser, `${node.url}?autostart=1&strength=9`, { before: REFUSED });
  await page.getByRole('alert').getByText('ERR_CAMERA_DENIED').waitFor();
  await page.locator('.notice').waitFor();
  const { flaws, at } = await look(page);
  await at('problem and notice');
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
  // Once the film's length is known, a time beyond its end is refused here, and not by the
  // conversion.
  await page
    .getByRole('dialog', { name: 'Convert film' })
    .getByText(/\d+ × \d+ · /)
    .waitFor();
  await page.getByRole('textbox', { name: 'From' }).fill('1:30');
  await page.getByRole('button', { name: 'Convert', exact: true }).click();
  await page
    .getByText('Enter times like 1:30 or 90. The end must come after the start. The film is')
    .waitFor();
  await at('convert');
  await page.getByRole('textbox', { name: 'From' }).fill('');
  await page.getByRole('button', { name: 'Convert', exact: true }).click();
  await page.getByRole('button', { name: /^Cancel: demo/ }).waitFor();
  await at('converting');
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

it('a lobby without camera and microphone breaks no rule', async () => {
  const { page, close } = await come(browser, newLink(node.url), REFUSED);
  await page.locator('.troubles strong').first().waitFor();
  const { flaws, at } = await look(page);
  await at('lobby');
  expect(flaws).toEqual([]);
  await close();
});

it('the deck breaks no rule', async () => {
  const { page, close } = await visit(browser, `${node.url}deck.html`);
  const { flaws, at } = await look(page);
  await at('deck');
  expect(flaws).toEqual([]);
  await close();
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
