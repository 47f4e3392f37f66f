import { describe, expect, test } from 'vitest';
import { readSettings } from '../../../src/server/settings.ts';

describe('the environment', () => {
  test('says nothing: one server alone on 8080', () => {
    expect(readSettings({})).toEqual({
      port: 8080,
      turn: { urls: [], secret: '' },
      proxies: 0,
      broadcastOrigins: [],
    });
  });

  test('says all', () => {
    const env = {
      PORT: '80',
      HOST: '::1',
      REDIS_URL: 'redis://user:word@redis:6379',
      TURN_URLS: 'stun:t.example, turn:t.example:3478?transport=udp turns:t.example:5349',
      TURN_SECRET: 'secret',
      PROXIES: '1',
      METRICS_TOKEN: 'c29tZSByYW5kb20gc2lnbnM=',
      BROADCAST_ORIGINS: 'https://media.example, https://*.cdn.example:8443 http://localhost:7080',
    };
    expect(readSettings(env)).toEqual({
      port: 80,
      host: '::1',
      redisUrl: env.REDIS_URL,
      turn: {
        urls: ['stun:t.example', 'turn:t.example:3478?transport=udp', 'turns:t.example:5349'],
        secret: 'secret',
      },
      proxies: 1,
      metricsToken: 'c29tZSByYW5kb20gc2lnbnM=',
      broadcastOrigins: ['https://media.example', 'https://*.cdn.example:8443', 'http://localhost:7080'],
    });
  });

  test.each([
    [{ REDIS_URL: 'redis:6379' }, /REDIS_URL must look like/],
    [{ TURN_URLS: 'https://t.example', TURN_SECRET: 's' }, /TURN_URLS must be a list/],
    [{ TURN_URLS: 'turn:t.example' }, /TURN_URLS needs TURN_SECRET/],
    [{ PROXIES: 'yes' }, /PROXIES must be/],
    [{ METRICS_TOKEN: 'short' }, /METRICS_TOKEN must be at least 16/],
    [{ METRICS_TOKEN: 'long enough, but with spaces' }, /METRICS_TOKEN must be/],
    [{ BROADCAST_ORIGINS: 'media.example' }, /BROADCAST_ORIGINS must be .*"media.example"/],
    [{ BROADCAST_ORIGINS: 'http://media.example' }, /BROADCAST_ORIGINS/],
    [{ BROADCAST_ORIGINS: 'https://media.example/whip' }, /BROADCAST_ORIGINS/],
    [{ BROADCAST_ORIGINS: '*' }, /BROADCAST_ORIGINS/],
    [{ BROADCAST_ORIGINS: "https://a.example;script-src 'unsafe-inline'" }, /BROADCAST_ORIGINS/],
  ])('%o is explained', (env, words) => {
    expect(() => readSettings(env)).toThrow(words);
  });

  test.each([
    { METRICS_TOKEN: 'a secret with spaces' },
    { REDIS_URL: 'http://user:a secret with spaces@redis' },
  ])('a secret is not repeated: %o', (env) => {
    expect(() => readSettings(env)).toThrow(/^(?![^]*a secret)/);
  });
});
