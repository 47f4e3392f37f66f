import { describe, expect, test } from 'vitest';
import { readIceServers } from '../../../../src/call/media-server/media-server.ts';
import { retryAfter } from '../../../../src/call/media-server/media-server-errors.ts';
import { fragmentOf, restartedBy } from '../../../../src/call/media-server/sdp-fragment.ts';

describe('what a media server says in its headers', () => {
  test('STUN and TURN servers, and nothing else', () => {
    const header =
      '<stun:stun.example.net>; rel="ice-server", ' +
      '<turn:turn.example.net?transport=udp>; rel="ice-server"; username="a,b;c"; credential="p w"; credential-type="password",' +
      '<turns:no.example>; rel="ice-server", <https://example.net/help>; rel="help", <https://x>; rel=ice-server';
    expect(readIceServers(header)).toEqual([
      { urls: 'stun:stun.example.net' },
      { urls: 'turn:turn.example.net?transport=udp', username: 'a,b;c', credential: 'p w' },
    ]);
    expect(readIceServers(null)).toEqual([]);
  });

  test('when to try again: seconds or a date, never too long', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(retryAfter('7')).toBe(7000);
    expect(retryAfter('Thu, 01 Jan 2026 00:00:09 GMT', now)).toBe(9000);
    expect(retryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
    expect(retryAfter('999999')).toBe(600_000);
    expect(retryAfter('soon')).toBeNull();
    expect(retryAfter(null)).toBeNull();
  });
});

describe('fragments of a description', () => {
  const sdp = [
    'v=0',
    'a=group:BUNDLE 0 1',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'a=mid:0',
    'a=ice-ufrag:old',
    'a=ice-pwd:oldpassword',
    'a=candidate:1 1 udp 1 192.0.2.1 1000 typ host',
    'a=candidate:2 1 udp 2 192.0.2.2 2000 typ srflx',
    'a=end-of-candidates',
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
    'a=mid:1',
    'a=ice-ufrag:old',
    'a=ice-pwd:oldpassword',
    '',
  ].join('\r\n');

  test('name the candidates that are not known yet', () => {
    const known = new Set(['a=candidate:1 1 udp 1 192.0.2.1 1000 typ host']);
    expect(fragmentOf(sdp, known, true)).toBe(
      'a=ice-ufrag:old\r\na=ice-pwd:oldpassword\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n' +
        'a=candidate:2 1 udp 2 192.0.2.2 2000 typ srflx\r\na=end-of-candidates\r\n',
    );
    expect(fragmentOf(sdp, known, false)).not.toContain('end-of-candidates');
  });

  test('restart all sections, with new candidates or the ones before', () => {
    const credentials = 'a=ice-ufrag:$&new\r\na=ice-pwd:newpassword\r\n';
    const kept = restartedBy(credentials, sdp)!;
    expect(kept.match(/a=ice-ufrag:\$&new\r\n/g)).toHaveLength(2);
    expect(kept).not.toContain('old');
    expect(kept).toContain('192.0.2.1');
    const moved = restartedBy(`${credentials}a=candidate:9 1 udp 9 192.0.2.9 9000 typ host\r\n`, sdp)!;
    expect(moved.match(/a=candidate:.*/g)?.map((line) => line.trim())).toEqual([
      'a=candidate:9 1 udp 9 192.0.2.9 9000 typ host',
    ]);
    expect(moved.indexOf('192.0.2.9')).toBeLessThan(moved.indexOf('m=video'));
    expect(restartedBy('nothing of the kind', sdp)).toBeNull();
  });
});
