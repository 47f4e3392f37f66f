import { parsePort } from './listen.ts';

/** What the environment says; docs/guides/deploy.md has the table. */
export interface Settings {
  readonly port: number;
  readonly host?: string;
  readonly redisUrl?: string;
  readonly turn: TurnSettings;
  /** How many proxies are in front of this server, each adding to `X-Forwarded-For`; 0 for none. */
  readonly proxies: number;
  /** Origins of the media servers that pages may broadcast to, as a `connect-src` takes them. */
  readonly broadcastOrigins: readonly string[];
  /** The token that `/metrics` asks for; without one everybody may read them. */
  readonly metricsToken?: string;
}

export interface TurnSettings {
  /** `stun:`, `turn:` and `turns:` URLs, as a browser takes them. */
  readonly urls: readonly string[];
  /** Shared with coturn (`static-auth-secret`). Empty only where no URL needs it. */
  readonly secret: string;
}

/** Reads the environment. Throws a sentence for people. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    port: parsePort(env.PORT),
    ...(env.HOST ? { host: env.HOST } : {}),
    ...(env.REDIS_URL ? { redisUrl: parseRedisUrl(env.REDIS_URL) } : {}),
    turn: parseTurn(env.TURN_URLS, env.TURN_SECRET),
    proxies: parseProxies(env.PROXIES),
    broadcastOrigins: parseOrigins(env.BROADCAST_ORIGINS),
    ...(env.METRICS_TOKEN ? { metricsToken: parseToken(env.METRICS_TOKEN) } : {}),
  };
}

function parseRedisUrl(value: string): string {
  if (/^rediss?:\/\/./.test(value) && URL.canParse(value)) return value;
  // Not repeated: it may hold a password.
  throw new Error('REDIS_URL must look like redis://host:6379, or rediss:// for TLS.');
}

function parseTurn(list: string | undefined, secret: string | undefined): TurnSettings {
  const urls = (list ?? '').split(/[\s,]+/).filter((url) => url !== '');
  for (const url of urls) {
    if (!/^(?:stuns?:[^\s?]+|turns?:[^\s?]+(?:\?transport=(?:udp|tcp))?)$/.test(url)) {
      throw new Error(
        `TURN_URLS must be a list like "turn:turn.example.org:3478?transport=udp", not "${url}".`,
      );
    }
  }
  if (!secret && urls.some((url) => url.startsWith('turn'))) {
    throw new Error(
      'TURN_URLS needs TURN_SECRET: the same text as static-auth-secret in the configuration of coturn.',
    );
  }
  return { urls, secret: secret ?? '' };
}

function parseProxies(value: string | undefined): number {
  if (value === undefined || value === '') return 0;
  if (/^\d$/.test(value)) return Number(value);
  throw new Error(`PROXIES must be a number from 0 to 9, not "${value}".`);
}

/** As the Bearer scheme takes it (RFC 6750, 2.1), and too long to be guessed. */
function parseToken(value: string): string {
  if (/^[\w.~+/-]{16,}=*$/.test(value)) return value;
  // Not repeated: it is a secret.
  throw new Error(
    'METRICS_TOKEN must be at least 16 letters, digits or signs of "-._~+/", as from: openssl rand -hex 32',
  );
}

const DOMAIN = String.raw`(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)*[a-z\d](?:[a-z\d-]*[a-z\d])?`;
/**
 * Plain http only on this machine, because a token is sent. No character that could end the
 * header's directive.
 */
const ORIGIN = new RegExp(
  String.raw`^(?:https://(?:\*\.)?${DOMAIN}|http://(?:localhost|127\.0\.0\.1))(?::(?:\d{1,5}|\*))?$`,
  'i',
);

function parseOrigins(list: string | undefined): string[] {
  const origins = (list ?? '').split(/[\s,]+/).filter((origin) => origin !== '');
  for (const origin of origins) {
    if (!ORIGIN.test(origin)) {
      throw new Error(
        'BROADCAST_ORIGINS must be a list like "https://media.example.org, https://*.example.net:8443" ' +
          `(http:// for localhost alone, and no path), not "${origin}".`,
      );
    }
  }
  return origins;
}
