/**
 * How much one connection and one address may ask for. docs/guides/deploy.md lists the numbers for
 * people.
 */
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

interface Allowance {
  /** How much may come at the same moment. */
  readonly burst: number;
  /** How much is refilled per second. */
  readonly perSecond: number;
}

/** Joining a room of six makes about a hundred messages at once. A long one counts for several. */
export const MESSAGES_PER_CONNECTION: Allowance = { burst: 240, perSecond: 40 };
/** A company or a school is one address. */
const MESSAGES_PER_ADDRESS: Allowance = { burst: 12_000, perSecond: 600 };
/** After a restart all pages come back at the same time. */
const CONNECTIONS_PER_ADDRESS: Allowance = { burst: 400, perSecond: 5 };
export const OPEN_PER_ADDRESS = 300;
/**
 * Connections over the limit that are still accepted, so that a page gets `ERR_TOO_MANY`. Those
 * beyond are refused as WebSockets.
 */
export const REFUSED_PER_ADDRESS = 20;
/** Connections whose first request is not complete. All pages may connect at once. */
export const PENDING_PER_ADDRESS = 300;

/** A token bucket. */
export class TokenBucket {
  readonly #allowance: Allowance;
  #level: number;
  #at = performance.now();

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
    this.#level = allowance.burst;
  }

  /** Whether there was enough. */
  tryConsume(amount = 1): boolean {
    this.#refill();
    if (this.#level < amount) return false;
    this.#level -= amount;
    return true;
  }

  get full(): boolean {
    this.#refill();
    return this.#level >= this.#allowance.burst;
  }

  #refill(): void {
    const now = performance.now();
    const { burst, perSecond } = this.#allowance;
    this.#level = Math.min(burst, this.#level + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
  }
}

/** What one address uses. */
export interface AddressUsage {
  /** Signalling connections, whether they have sent anything or not. */
  open: number;
  /** Those of {@link REFUSED_PER_ADDRESS}. */
  refused: number;
  readonly connections: TokenBucket;
  readonly messages: TokenBucket;
}

/** What each address has used, and only while it matters. */
export class AddressLimits {
  readonly #accounts = new Map<string, AddressUsage>();

  of(address: string): AddressUsage {
    let account = this.#accounts.get(address);
    if (!account) {
      account = {
        open: 0,
        refused: 0,
        connections: new TokenBucket(CONNECTIONS_PER_ADDRESS),
        messages: new TokenBucket(MESSAGES_PER_ADDRESS),
      };
      this.#accounts.set(address, account);
    }
    return account;
  }

  /** Drops addresses that are back to their initial state. Call it periodically. */
  forget(): void {
    for (const [address, { open, refused, connections, messages }] of this.#accounts) {
      if (open + refused === 0 && connections.full && messages.full) this.#accounts.delete(address);
    }
  }
}

/** Who is asking: the address behind `proxies` trusted proxies, as {@link networkOf} has it. */
export function addressOf(request: IncomingMessage, proxies: number): string {
  const forwarded = String(request.headers['x-forwarded-for'] ?? '').split(',');
  // Only the last entries were written by our proxies; a client can invent those before them.
  const claimed = proxies > 0 ? forwarded.at(-proxies)?.trim() : undefined;
  // Without the header, the request did not come through the proxies.
  return networkOf(claimed === '' || claimed === undefined ? (request.socket.remoteAddress ?? '') : claimed);
}

/** Of IPv6 the network (/64), for each of its hosts has more addresses than could be counted. */
export function networkOf(told: string): string {
  const address = told.replace(/^::ffff:(?=\d+\.)/, '');
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':');
}
