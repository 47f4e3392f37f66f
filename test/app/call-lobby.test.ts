/** What a person enters in the lobby, and what they read when the call fails: in the studio. */
import { randomBytes } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { freePort, missing, startCoturn, stopEngine } from '../fixtures/engines.ts';
import { projectRoot } from '../fixtures/server.ts';
import { startNode, TestPages, type Node } from '../fixtures/signalling.ts';
import { come, enter, newLink, tile } from './call-page.ts';

const dist = join(projectRoot, 'dist');
const noRelay = missing('turnserver', 'coturn');
if (noRelay) process.stdout.write(`A relay that refuses is not tested: ${noRelay}.\n`);

let browser: Browser;
const pages = new TestPages();
beforeAll(async () => {
  // Without a camera the effect leaves the machine to the call.
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
  ])('%s does not keep one from joining', async (_, typed, called) => {
    const link = newLink(node.url);
    const witness = pages.open(node.url);
    await witness.join(new URL(link).searchParams.get('room')!, { kind: 'view' });
    const ada = await come(browser, `${link}&style=none`);
    await ada.page.getByLabel('Your name').fill(typed);
    await enter(ada);
    expect((await witness.next('joined', 20_000)).peer.name).toBe(called);
    await ada.close();
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

  it('is named where people would wait for ever, with a code and a way out', async () => {
    const before = `
      window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration) { super({ ...configuration, iceTransportPolicy: 'relay' }); }
      };`;
    const link = `${newLink(node.url)}&style=none`;
    const people = [await come(browser, link, before), await come(browser, link, before)];
    for (const person of people) await enter(person);
    for (const { page } of people) {
      await tile(page).getByText('The relay refused us').waitFor({ timeout: 30_000 });
      await page
        .locator('.notice', { hasText: 'Tell whoever runs this Portoon' })
        .getByText('ERR_RELAY_REFUSED')
        .waitFor();
    }
    await people[1]!.page.getByRole('button', { name: 'Leave' }).click();
    await people[0]!.page.locator('.notice', { hasText: 'ERR_RELAY_REFUSED' }).waitFor({ state: 'detached' });
    for (const person of people) await person.close();
  });
});
