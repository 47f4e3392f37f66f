import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { addressOf } from '../../../../src/server/http/limits.ts';

function request(remoteAddress: string, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
}

describe('whose address counts', () => {
  test.each([
    ['no proxy is trusted, and the header is not read', 0, '10.0.0.1', '203.0.113.9', '10.0.0.1'],
    ['one proxy: the last entry, which it wrote', 1, '10.0.0.1', '192.0.2.1, 203.0.113.9', '203.0.113.9'],
    ['two proxies: the last but one', 2, '10.0.0.1', '192.0.2.1, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['a page that came past the proxy', 1, '203.0.113.9', undefined, '203.0.113.9'],
    ['fewer entries than proxies', 2, '203.0.113.9', '192.0.2.1', '203.0.113.9'],
    ['IPv4 in IPv6', 0, '::ffff:203.0.113.9', undefined, '203.0.113.9'],
    ['an IPv6 network', 0, '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2'],
    ['the same, shortened', 1, '10.0.0.1', '2001:DB8:1:2::9', '2001:db8:1:2'],
  ])('%s', (_, proxies, remote, forwarded, expected) => {
    expect(addressOf(request(remote, forwarded), proxies)).toBe(expected);
  });
});
