import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { orderCodecs } from '../../../src/call/peer/codecs.ts';
import { videoLimits } from '../../../src/call/peer/limits.ts';
import {
  hostKeyOf,
  keepIdentity,
  newSecret,
  newRoom,
  roomSchema,
  identityOf,
} from '../../../src/call/link.ts';
import { readQuality, rateQuality } from '../../../src/call/peer/quality.ts';
import * as v from 'valibot';

describe('a new room', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is named by 128 bits that a link takes', async () => {
    const rooms = await Promise.all(Array.from({ length: 200 }, newRoom));
    for (const room of rooms) {
      expect(v.is(roomSchema, room)).toBe(true);
      expect(Buffer.from(room, 'base64url')).toHaveLength(16);
    }
    expect(new Set(rooms).size).toBe(200);
  });

  it('is known by its key to the tab that made it, and to no other', async () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('sessionStorage', {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => kept.set(name, value),
    });
    const room = await newRoom();
    const hostKey = hostKeyOf(room)!;
    expect(Buffer.from(hostKey, 'base64url')).toHaveLength(16);
    expect(createHash('sha256').update(hostKey).digest('base64url').startsWith(room)).toBe(true);
    expect(hostKeyOf(await newRoom())).not.toBe(hostKey);
    vi.stubGlobal('sessionStorage', undefined);
    expect(hostKeyOf(room)).toBeUndefined();
    expect(v.is(roomSchema, await newRoom())).toBe(true);
  });
});

describe('the place of a tab in a room', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is kept for that room alone, until it is given up', () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('sessionStorage', {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => kept.set(name, value),
      removeItem: (name: string) => kept.delete(name),
    });
    const room = newSecret();
    const identity = { id: newSecret(), secret: newSecret() };
    expect(identityOf(room)).toBeUndefined();
    keepIdentity(room, identity);
    expect(identityOf(room)).toEqual(identity);
    expect(identityOf(newSecret())).toBeUndefined();
    // Any other value under this key is ignored.
    const [name] = kept.keys();
    for (const wrong of ['', '{', 'null', '{"id":"x","secret":"y"}']) {
      kept.set(name!, wrong);
      expect(identityOf(room)).toBeUndefined();
    }
    keepIdentity(room, identity);
    keepIdentity(room, null);
    expect(kept.size).toBe(0);
  });

  it('is not kept where storage is forbidden', () => {
    vi.stubGlobal('sessionStorage', undefined);
    keepIdentity('room', { id: newSecret(), secret: newSecret() });
    expect(identityOf('room')).toBeUndefined();
  });
});

describe('what is sent', () => {
  it('has a lower bitrate for each person, the more there are', () => {
    const rates = [1, 2, 3, 4, 5].map((others) => videoLimits(others, 1080));
    expect(rates.map(({ maxShortSide }) => maxShortSide)).toEqual([720, 480, 480, 360, 360]);
    // With six people, five pictures must fit into an ordinary upload.
    expect(5 * rates[4]!.maxBitrate).toBeLessThan(4_000_000);
    expect(rates[0]!.maxBitrate).toBe(1_800_000);
  });

  it('is never more than the picture is worth', () => {
    expect(videoLimits(1, 180).maxBitrate).toBeLessThan(300_000);
    expect(videoLimits(1, 16).maxBitrate).toBe(150_000);
  });

  it('takes the preferred codec first and keeps the rest in order', () => {
    const codecs = ['video/VP8', 'video/rtx', 'video/H264', 'video/AV1', 'video/red'].map((mimeType) => ({
      mimeType,
    }));
    const ordered = orderCodecs(codecs, ['video/av1', 'video/VP8']).map(({ mimeType }) => mimeType);
    expect(ordered).toEqual(['video/AV1', 'video/VP8', 'video/rtx', 'video/H264', 'video/red']);
  });
});

describe('the quality of a connection', () => {
  const report = (at: number, bytes: number, packets: number, lost: number, candidate = 'host') =>
    Object.entries({
      in: {
        id: 'in',
        type: 'inbound-rtp',
        kind: 'video',
        timestamp: at,
        packetsReceived: packets,
        packetsLost: lost,
        codecId: 'codec',
        frameWidth: 640,
        frameHeight: 360,
        framesPerSecond: 24,
      },
      codec: { id: 'codec', type: 'codec', timestamp: at, mimeType: 'video/VP9' },
      way: {
        id: 'way',
        type: 'transport',
        timestamp: at,
        bytesReceived: bytes,
        bytesSent: 2 * bytes,
        selectedCandidatePairId: 'pair',
      },
      pair: {
        id: 'pair',
        type: 'candidate-pair',
        timestamp: at,
        currentRoundTripTime: 0.042,
        localCandidateId: 'here',
        remoteCandidateId: 'there',
      },
      here: { id: 'here', type: 'local-candidate', timestamp: at, candidateType: candidate },
      there: { id: 'there', type: 'remote-candidate', timestamp: at, candidateType: 'srflx' },
    });

  it('is computed from two reports', () => {
    const first = readQuality(report(1000, 0, 0, 0), null);
    expect(first.quality).toMatchObject({
      rtt: 42,
      codec: 'VP9',
      relayed: false,
      loss: null,
      received: null,
    });
    const second = readQuality(report(3000, 250_000, 180, 20, 'relay'), first.counters);
    expect(second.quality).toMatchObject({
      received: 1_000_000,
      sent: 2_000_000,
      loss: 0.1,
      relayed: true,
      width: 640,
      height: 360,
      fps: 24,
      verdict: 'Weak',
    });
  });

  it.each([
    [40, 0, 'Good'],
    [null, null, 'Good'],
    [300, 0, 'Weak'],
    [40, 0.05, 'Weak'],
    [700, 0, 'Poor'],
    [40, 0.2, 'Poor'],
  ] as const)('with %s ms and a loss of %s is %s', (rtt, loss, verdict) => {
    expect(rateQuality(rtt, loss)).toBe(verdict);
  });
});
