import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { GRACE_MS } from '../signals.ts';
import { blankRoom, type StoredRoom, type RoomStore } from './store.ts';

/** A node that is silent for this long is dead. Milliseconds. */
const NODE_LIFE = 2000;
/**
 * A room with people in it is forgotten when nothing has happened in it for this long.
 * Milliseconds.
 */
const ROOM_LIFE = 7 * 24 * 3600_000;
/**
 * A lock outlives its holder for this long, and others wait a little longer for it. Milliseconds.
 */
const LOCK_LIFE = 3000;

const NODES = 'portoon:nodes';

/**
 * Uses Redis' clock, because the nodes' clocks may differ. Returns whether this node was known,
 * then the living nodes.
 */
const BEAT = `
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms - tonumber(ARGV[2]))
local known = redis.call('ZADD', KEYS[1], ms, ARGV[1])
return { 1 - known, redis.call('ZRANGE', KEYS[1], 0, -1) }`;

/** Keeps a room only while the lock is still ours. */
const KEEP = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return 1`;

const UNLOCK = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

/** Rooms that any number of nodes share. */
export class RedisStore implements RoomStore {
  readonly #redis: Redis;
  readonly #node: string;
  #living: ReadonlySet<string> = new Set();
  #forgotten = false;
  /** The last change of each room on this node: its own changes wait in line here, not in Redis. */
  readonly #lines = new Map<string, Promise<unknown>>();

  constructor(redis: Redis, node: string) {
    this.#redis = redis;
    this.#node = node;
  }

  /**
   * Reports that this node is alive, and returns all nodes that are. To be called several times
   * within {@link NODE_LIFE}.
   */
  async beat(): Promise<ReadonlySet<string>> {
    const [wasKnown, nodes] = (await this.#redis.eval(BEAT, 1, NODES, this.#node, NODE_LIFE)) as [
      number,
      string[],
    ];
    this.#living = new Set(nodes);
    if (wasKnown === 0) this.#forgotten = true;
    return this.#living;
  }

  /** Whether the others took this node for dead since this was asked last. */
  wasForgotten(): boolean {
    const forgotten = this.#forgotten;
    this.#forgotten = false;
    return forgotten;
  }

  /** Signs this node off, so that the others need not wait until it counts as dead. */
  async leave(): Promise<void> {
    await this.#redis.zrem(NODES, this.#node);
  }

  change<T>(
    name: string,
    work: (room: StoredRoom, living: ReadonlySet<string>) => T,
    tell: (result: T) => void,
  ): Promise<T> {
    const before = this.#lines.get(name) ?? Promise.resolve();
    const turn = before.then(() => this.#changeAlone(name, work, tell));
    const done = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#lines.get(name) === done) this.#lines.delete(name);
      });
    this.#lines.set(name, done);
    return turn;
  }

  async read(name: string): Promise<StoredRoom | undefined> {
    const text = await this.#redis.get(roomKey(name));
    return text === null ? undefined : (JSON.parse(text) as StoredRoom);
  }

  async #changeAlone<T>(
    name: string,
    work: (room: StoredRoom, living: ReadonlySet<string>) => T,
    tell: (result: T) => void,
  ): Promise<T> {
    const token = await this.#lock(name);
    try {
      const room = (await this.read(name)) ?? blankRoom();
      // A node that started a moment ago is not yet known here.
      if (room.members.some(({ node }) => !this.#living.has(node))) await this.beat();
      const result = work(room, this.#living);
      const life = room.members.length > 0 ? ROOM_LIFE : GRACE_MS;
      const keys = [lockKey(name), roomKey(name)];
      const kept = await this.#redis.eval(KEEP, keys.length, ...keys, token, JSON.stringify(room), life);
      if (kept !== 1) throw new Error('The lock of a room was lost before its change was kept.');
      tell(result);
      return result;
    } finally {
      await this.#redis.eval(UNLOCK, 1, lockKey(name), token).catch(() => undefined);
    }
  }

  async #lock(name: string): Promise<string> {
    const token = randomUUID();
    const patience = Date.now() + LOCK_LIFE + 500;
    for (;;) {
      const got = await this.#redis.set(lockKey(name), token, 'PX', LOCK_LIFE, 'NX');
      if (got !== null) return token;
      if (Date.now() > patience) throw new Error('Another node keeps a room locked.');
      await wait(2 + Math.random() * 8);
    }
  }
}

// Braces: in a Redis cluster both keys live on one shard, as the scripts need.
const roomKey = (name: string) => `portoon:{${name}}:room`;
const lockKey = (name: string) => `portoon:{${name}}:lock`;
