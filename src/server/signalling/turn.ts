import { createHmac } from 'node:crypto';
import type { TurnSettings } from '../settings.ts';
import type { IceAnswer, IceServer } from '../signals.ts';

/** Seconds. A relay that is in use may be kept longer; new ones take new credentials. */
const LIFETIME = 6 * 3600;

/**
 * STUN and TURN servers with credentials that expire: the TURN REST scheme
 * (draft-uberti-behave-turn-rest), which coturn calls `use-auth-secret`.
 *
 * @param user distinguishes peers in the server's log; it is not secret.
 */
export function iceServers({ urls, secret }: TurnSettings, user: string, now = Date.now()): IceAnswer {
  const ice: IceServer[] = [];
  const stun = urls.filter((url) => url.startsWith('stun'));
  const turn = urls.filter((url) => url.startsWith('turn'));
  if (stun.length > 0) ice.push({ urls: stun });
  if (turn.length > 0) {
    const username = `${Math.floor(now / 1000) + LIFETIME}:${user}`;
    const credential = createHmac('sha1', secret).update(username).digest('base64');
    ice.push({ urls: turn, username, credential });
  }
  return { ice, iceLifetime: LIFETIME };
}
