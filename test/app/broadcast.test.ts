import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAppServer } from '../../src/server/server.ts';
import { listen, type Listening } from '../../src/server/listen.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { lightBuild } from '../fixtures/light-app.ts';
import { startWhipServer, type WhipServer } from '../fixtures/whip-server.ts';
import { reach, visit, type Visit } from './studio-page.ts';

const TOKEN = 'letters-and-numbers-1';

let build: string;
let browser: Browser;
let server: WhipServer;
/** A server of another origin, to which the first one redirects. */
let other: WhipServer;
let app: Listening;
let sender: Visit;

const panel = () => sender.page.getByRole('dialog', { name: 'Broadcast' });
const methods = ({ asked }: WhipServer) => asked.map(({ method }) => method);
const posts = ({ asked }: WhipServer) => asked.filter(({ method }) => method === 'POST');

async function goOnAir(address = `${server.origin}/whip/live`): Promise<void> {
  await panel().getByLabel('WHIP address').fill(address);
  await panel().getByLabel('Token', { exact: true }).fill(TOKEN);
  await panel().getByRole('button', { name: 'Go on air' }).click();
}

async function onAir(): Promise<void> {
  await panel().getByText('On air').waitFor();
}

/** Waits for an error code in the panel, and returns the panel's message. */
async function trouble(code: string): Promise<string> {
  await panel().getByText(code).waitFor();
  return (await panel().getByRole('status').textContent()) ?? '';
}

describe('broadcasting', () => {
  beforeAll(async () => {
    build = lightBuild();
    browser = await launchBrowser({});
  });
  beforeEach(async () => {
    [server, other] = await Promise.all([startWhipServer(), startWhipServer()]);
    app = await listen(createAppServer(build, {}, [server.origin, other.origin]), 0);
    sender = await visit(browser, `${app.url}?input=camera&style=none`, {
      permissions: ['camera', 'microphone'],
    });
    await reach(sender.page, 'running');
    await sender.page.keyboard.press('o');
  });
  afterEach(async () => {
    await sender.close();
    await Promise.all([server.close(), other.close(), app.close()]);
  });
  afterAll(() => browser.close());

  it('sends offer and token as the standard says, and ends the session on leaving the page', async () => {
    server.replies.POST = [server.accept()];
    await panel().getByRole('switch', { name: 'Send smaller sizes too' }).press('Space');
    await goOnAir();
    await onAir();
    const [post] = server.asked;
    expect(post).toMatchObject({ method: 'POST', path: '/whip/live' });
    expect(post!.headers).toMatchObject({
      'content-type': 'application/sdp',
      authorization: `Bearer ${TOKEN}`,
    });
    expect(post!.body).toMatch(/^v=0[^]*m=audio[^]*a=sendonly[^]*m=video[^]*a=sendonly/);
    // The test server repeats the offer without answering the simulcast lines, so only the full
    // size is sent.
    expect(post!.body).toContain('a=simulcast:send h;m;l');
    await panel()
      .getByText(/Mbit\/s · \d+ × \d+ · [^·]+ · [^·]+$/)
      .waitFor();

    // The address is stored, the token is not.
    const kept = await sender.page.evaluate(() => localStorage.getItem('portoon') ?? '');
    expect(kept).toContain(`${server.origin}/whip/live`);
    expect(kept).not.toContain(TOKEN);

    await sender.page.close({ runBeforeUnload: true });
    await expect.poll(() => methods(server)).toEqual(['POST', 'DELETE']);
    expect(server.asked[1]).toMatchObject({
      path: '/session/1',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
  });

  it('follows a redirect with its token, and ends the session there', async () => {
    server.replies.POST = [
      (_, response) => void response.writeHead(307, { Location: `${other.origin}/far/live` }).end(),
    ];
    const far = other.accept();
    other.replies.POST = [
      (asked, response) =>
        asked.headers.authorization === undefined ? void response.writeHead(401).end() : far(asked, response),
    ];
    await goOnAir();
    await onAir();
    expect(other.asked.at(-1)).toMatchObject({
      method: 'POST',
      path: '/far/live',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/sdp' },
    });
    await panel().getByRole('button', { name: 'Go off air' }).click();
    await expect.poll(() => other.asked.at(-1)).toMatchObject({ method: 'DELETE', path: '/session/1' });
    expect(methods(server)).toEqual(['POST']);
  });

  it('waits as long as a busy server asks, and says so', async () => {
    server.replies.POST = [
      (_, response) =>
        void response.writeHead(503, { 'Retry-After': '2', 'Content-Type': 'text/plain' }).end('Full house'),
      server.accept(),
    ];
    await goOnAir();
    expect(await trouble('ERR_MEDIA_SERVER_BUSY')).toContain(
      'cannot take part now (503); it says: “Full house”.',
    );
    await onAir();
    const [first, second] = posts(server);
    expect(second!.at - first!.at).toBeGreaterThan(1950);
  });

  it('publishes again when the server is lost, and sends later candidates under the ETag', async () => {
    // While the STUN server does not answer, the second connection keeps gathering candidates.
    const silent = '<stun:127.0.0.1:9>; rel="ice-server", <turn:no.example>; rel="ice-server"';
    server.replies.POST = [server.accept({ Link: silent }), server.accept({ ETag: '"second"' })];
    server.replies.PATCH = [(_, response) => void response.writeHead(204).end()];
    await goOnAir();
    await onAir();
    server.drop();
    await expect.poll(() => posts(server).length).toBe(2);
    await onAir();
    const trickled = () => server.asked.find(({ headers }) => headers['if-match'] === '"second"');
    await expect.poll(trickled).toBeDefined();
    const { method, path, headers, body } = trickled()!;
    expect([method, path, headers['content-type']]).toEqual([
      'PATCH',
      '/session/1',
      'application/trickle-ice-sdpfrag',
    ]);
    expect(body).toMatch(
      /^a=ice-ufrag:\S+\r\na=ice-pwd:\S+\r\nm=audio [^]*a=mid:0\r\n[^]*a=end-of-candidates\r\n$/,
    );
  });

  it('explains every refusal, and does not ask again', async () => {
    for (const [status, code, words] of [
      [404, 'ERR_MEDIA_SERVER_ADDRESS', 'knows no stream at this address (404)'],
      [406, 'ERR_MEDIA_SERVER_ADDRESS', 'not as a WHIP endpoint (406)'],
      [401, 'ERR_MEDIA_SERVER_TOKEN', 'refuses the token (401)'],
      [422, 'ERR_MEDIA_SERVER_REFUSED', 'refuses the stream (422)'],
      [200, 'ERR_MEDIA_SERVER_ADDRESS', 'not as a WHIP endpoint (200)'],
    ] as const) {
      server.asked.length = 0;
      server.replies.POST = [(_, response) => void response.writeHead(status).end()];
      await goOnAir();
      expect(await trouble(`(${status})`)).toContain(words);
      expect(await trouble(code)).toContain(words);
      await panel().getByRole('button', { name: 'Go on air' }).waitFor();
      expect(methods(server)).toEqual(['POST']);
    }
  });

  it('tells an unreachable server from one that this Portoon may not reach', async () => {
    await goOnAir('https://elsewhere.example/whip');
    expect(await trouble('ERR_MEDIA_SERVER_BLOCKED')).toContain(
      'BROADCAST_ORIGINS=https://elsewhere.example',
    );

    const { origin } = other;
    await other.close();
    await goOnAir(`${origin}/whip`);
    expect(await trouble('ERR_MEDIA_SERVER_UNREACHABLE')).toContain('(CORS)');
    await panel().getByRole('button', { name: 'Go off air' }).click();
    await panel().getByRole('button', { name: 'Go on air' }).waitFor();
  });
});
