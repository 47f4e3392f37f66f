import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newRoom, silence, startNode, TestPages, type Node } from '../../fixtures/signalling.ts';

let node: Node;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const pages = new TestPages();
afterEach(() => {
  pages.close();
});

describe('health and numbers', () => {
  test('/healthz and /metrics describe the node, and never which room or who', async () => {
    const { a, room, guestAnswer } = await pages.two(node.url);
    await a.code('lock', { locked: 'yes' });
    expect((await fetch(`${node.url}healthz`)).status).toBe(200);
    const response = await fetch(`${node.url}metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    expect(text).toMatch(/^portoon_rooms [1-9]/m);
    expect(text).toMatch(/^portoon_peers\{kind="person"\} [2-9]/m);
    expect(text).toMatch(/^portoon_messages_total\{request="join"\} \d+/m);
    expect(text).toMatch(/^portoon_rejected_total\{code="ERR_MESSAGE"\} \d+/m);
    for (const secret of [room, guestAnswer.self, 'Ada', '127.0.0.1']) expect(text).not.toContain(secret);
  });

  test('with a token /metrics are only for those who send it', async () => {
    const metricsToken = 'a-token.of~16+signs/==';
    const own = await startNode({ metricsToken });
    const ask = (authorization?: string, method = 'GET') =>
      fetch(`${own.url}metrics`, { method, headers: authorization === undefined ? {} : { authorization } });
    const wrong = [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      `Bearer ${metricsToken}x`,
      `Bearer ${metricsToken.slice(1)}`,
      `Bearer ${metricsToken.toUpperCase()}`,
      `Basic ${metricsToken}`,
      metricsToken,
    ];
    for (const authorization of wrong) {
      const response = await ask(authorization);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="metrics"');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.text()).not.toContain('portoon_');
    }
    expect((await ask(undefined, 'HEAD')).status).toBe(401);
    for (const scheme of ['Bearer', 'bearer']) {
      const response = await ask(`${scheme} ${metricsToken}`);
      expect(response.status).toBe(200);
      const text = await response.text();
      expect(text).toContain(`portoon_rejected_total{code="ERR_UNAUTHORIZED"} ${wrong.length + 1}`);
      expect(text).not.toContain(metricsToken);
    }
    expect((await fetch(`${own.url}healthz`)).status).toBe(200);
    await own.close();
  });

  test('rooms and peers are counted down again', async () => {
    const own = await startNode();
    const page = pages.open(own.url);
    await page.join(newRoom());
    await page.code('leave', {});
    expect(await own.metrics.registry.getSingleMetricAsString('portoon_rooms')).toContain('portoon_rooms 0');
    expect(await own.metrics.registry.getSingleMetricAsString('portoon_peers')).toContain(
      '{kind="person"} 0',
    );
    await own.close();
  });
});

describe('stopping', () => {
  test('does not wait for a page that has fallen silent', async () => {
    const own = await startNode();
    const page = pages.open(own.url);
    await page.join(newRoom());
    silence(page);
    const begun = Date.now();
    await own.close();
    expect(Date.now() - begun).toBeLessThan(4000);
  });

  test('asks all to come back, then ends', async () => {
    const own = await startNode();
    const page = pages.open(own.url);
    await page.join(newRoom());
    const closed = own.close();
    await page.next('restarting');
    await page.ended;
    await closed;
    await expect(fetch(`${own.url}healthz`)).rejects.toThrow();
  });
});
