/** The lobby in the studio: what a person enters, and the messages when the call fails. */
import { randomBytes } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { freePort, missing, startCoturn, stopEngine } from '../fixtures/engines.ts';
import { lightBuild } from '../fixtures/light-app.ts';
import { startNode, TestPages, type Node } from '../fixtures/signalling.ts';
import { come, enter, newLink, tile, type Person } from './call-page.ts';

const dist = lightBuild();
const noRelay = missing('turnserver');
if (noRelay) process.stdout.write(`A relay that refuses is not tested: ${noRelay}.\n`);

let browser: Browser;
const pages = new TestPages();
beforeAll(async () => {
  // Without a camera the effect does not run, and its processor time goes to the call.
  browser = await launchBrowser({ camera: 'none' });
});
afterEach(() => {
  pages.close();
});
afterAll(() => browser.close());

describe('a name', () => {
  let node: Node;
  beforeAll(async () => {
    node = await startNode({}, dist);
  });
  afterAll(() => node.close());

  it.each([
    ['pasted with marks of direction', '\u200e\u2068Ada\u2069\ufeff', 'Ada'],
    ['of a filler alone', '\u3164', ''],
    ['with an emoji of several', 'Ada 👩\u200d🎨', 'Ada 👩\u200d🎨'],
  ])('%s does not prevent joining', async (_, typed, called) => {
    const link = newLink(node.url);
    const witness = pages.open(node.url);
    await witness.join(new URL(link).searchParams.get('room')!, { kind: 'view' });
    const ada = await come(browser, `${link}&style=none`);
    await ada.page.getByLabel('Your name').fill(typed);
    await enter(ada);
    expect((await witness.next('joined')).peer.name).toBe(called);
    await ada.close();
  });
});

describe('somebody without camera and microphone', () => {
  let node: Node;
  beforeAll(async () => {
    node = await startNode({}, dist);
  });
  afterAll(() => node.close());

  /** The microphone fails in this way until `window.plugged` is set. */
  const failing = (name: string) => `
    const open = MediaDevices.prototype.getUserMedia;
    MediaDevices.prototype.getUserMedia = async function (wish) {
      if (wish.audio && !window.plugged) throw new DOMException('', ${JSON.stringify(name)});
      if (wish.audio) return new AudioContext().createMediaStreamDestination().stream;
      return open.call(this, wish);
    };`;

  it.each([
    ['NotFoundError', 'No microphone found'],
    ['NotAllowedError', 'The microphone is blocked'],
    ['NotReadableError', 'The microphone is in use'],
  ])('(%s) is shown as off to all, and can turn it on in the call', async (name, title) => {
    const link = newLink(node.url);
    const witness = pages.open(node.url);
    await witness.join(new URL(link).searchParams.get('room')!, { kind: 'view' });
    const { page, close } = await come(browser, `${link}&style=none`, failing(name));
    await page.getByText(title).waitFor();
    await page.getByText('they neither see nor hear you').waitFor();
    expect(await page.getByText('they see you').count()).toBe(0);
    const on = page.getByRole('button', { name: 'Turn the microphone on' });
    await on.waitFor();
    await page.getByRole('button', { name: /^Join/ }).click();
    expect((await witness.next('joined')).peer.state).toMatchObject({ muted: true, camera: false });
    await on.click();
    const notice = page.locator('.notice', { hasText: title });
    await page.evaluate('window.plugged = true');
    await notice.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Turn the microphone off' }).waitFor();
    await expect.poll(async () => (await witness.next('state')).muted).toBe(false);
    await notice.waitFor({ state: 'detached' });
    await close();
  });
});

describe('a link', () => {
  let node: Node;
  beforeAll(async () => {
    node = await startNode({}, dist);
  });
  afterAll(() => node.close());

  it('with punctuation and trackers opens the lobby without a notice', async () => {
    const room = new URL(newLink(node.url)).searchParams.get('room')!;
    const { page, close } = await come(browser, `${node.url}?Room=${room}.%20&fbclid=x&utm_source=y`);
    await page.getByRole('heading', { name: 'Join the call' }).waitFor();
    expect(await page.locator('.notice').count()).toBe(0);
    await close();
  });

  it('that was cut off is reported as such', async () => {
    const { page, close } = await come(browser, newLink(node.url).slice(0, -5));
    await page.getByText('This link is incomplete: ask for it again').waitFor();
    expect(await page.locator('.lobby').count()).toBe(0);
    await close();
  });

  it('opens the lobby again after "Back" and "Forward"', async () => {
    const { page, close } = await come(browser, `${node.url}?style=none`);
    await page.keyboard.press('c');
    const lobby = page.getByRole('heading', { name: 'Start a call' });
    await lobby.waitFor();
    await page.goBack();
    await lobby.waitFor({ state: 'detached' });
    await page.goForward();
    await lobby.waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await lobby.waitFor({ state: 'detached' });
    await page.waitForURL(`${node.url}?style=none`);
    await close();
  });
});

describe.skipIf(noRelay)('a relay that refuses', () => {
  let coturn: ChildProcess;
  let node: Node;
  beforeAll(async () => {
    const port = await freePort();
    coturn = await startCoturn(port, randomBytes(16).toString('hex'));
    const secret = randomBytes(16).toString('hex');
    node = await startNode({ turn: { urls: [`turn:127.0.0.1:${port}?transport=udp`], secret } }, dist);
  });
  afterAll(async () => {
    await node.close();
    await stopEngine(coturn);
  });

  it('is reported to people who would wait in vain, with a code and a way out', async () => {
    const before = `
      window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration) { super({ ...configuration, iceTransportPolicy: 'relay' }); }
      };`;
    const link = `${newLink(node.url)}&style=none`;
    const people = [await come(browser, link, before), await come(browser, link, before)];
    for (const person of people) await enter(person);
    for (const { page } of people) {
      await tile(page).getByText('The relay refused us').waitFor();
      await page
        .locator('.notice', { hasText: 'Tell the administrator of this Portoon' })
        .getByText('ERR_RELAY_REFUSED')
        .waitFor();
      const filter = await tile(page)
        .locator('video')
        .evaluate((video) => getComputedStyle(video).filter);
      expect(filter).toContain('grayscale');
    }
    const [{ page: ada }] = people as [Person, Person];
    await ada.getByRole('button', { name: 'People and link' }).click();
    await ada.locator('.people summary').click();
    await ada.locator('.people').getByText('the relay of this server refuses us').waitFor();
    await ada.keyboard.press('Escape');
    await people[1]!.page.getByRole('button', { name: 'Leave' }).click();
    await people[0]!.page.locator('.notice', { hasText: 'ERR_RELAY_REFUSED' }).waitFor({ state: 'detached' });
    for (const person of people) await person.close();
  });
});
