import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { videoLimits } from '../../../../src/call/peer/limits.ts';
import { Participant, pauseBetween } from '../../../../src/call/session/participant.ts';
import type { ParticipantContext } from '../../../../src/call/session/participant-context.ts';
import type { Presence } from '../../../../src/call/session/presence.ts';
import { PlaceholderTracks } from '../../../../src/call/peer/placeholder-tracks.ts';
import type { SignalData } from '../../../../src/server/signals.ts';
import { WAIT } from '../../../fixtures/waits.ts';

interface Signal {
  to: 'ada' | 'grace';
  generation: number;
  data: SignalData;
}

/**
 * Both ends of a connection in one page, with real peers. The tests control the transport of their
 * signals.
 */
class Pair {
  readonly sent: Signal[] = [];
  /** Handles a signal; by default it is delivered. */
  wire = (signal: Signal): void => {
    this.carry(signal);
  };
  readonly gone: string[] = [];
  /** Whose own messages were received. */
  readonly told: string[] = [];
  /** The state of the page, which both sides share. */
  presence: Presence = { muted: false, camera: true };
  private readonly placeholders = new PlaceholderTracks();
  /** `grace` is Grace as Ada's page knows her, `ada` the other way round. Ada makes the offers. */
  readonly grace: Participant;
  readonly ada: Participant;
  private readonly timer: number;

  constructor() {
    this.ada = new Participant(present('ada'), false, this.contextFor());
    this.grace = new Participant(present('grace'), true, this.contextFor());
    this.timer = self.setInterval(() => {
      for (const side of [this.ada, this.grace]) side.check(performance.now());
    }, 100);
  }

  carry({ to, generation, data }: Signal): void {
    // Grace's page knows the sender as Ada, and the other way round.
    const hearer = to === 'grace' ? this.ada : this.grace;
    setTimeout(() => {
      hearer.hear(generation, data);
    });
  }

  async connected(): Promise<void> {
    await vi.waitFor(
      () => {
        expect([this.ada.connected, this.grace.connected]).toEqual([true, true]);
      },
      { ...WAIT, interval: 50 },
    );
  }

  close(): void {
    clearInterval(this.timer);
    this.ada.close();
    this.grace.close();
    this.placeholders.stop();
  }

  contextFor(): ParticipantContext {
    const presence = () => this.presence;
    return {
      codecs: ['video/VP8'],
      signalling: true,
      audio: null,
      video: null,
      ice: [],
      placeholder: (kind) => this.placeholders.of(kind),
      send: (to, generation, data) => {
        const signal = { to: to as Signal['to'], generation, data };
        this.sent.push(signal);
        this.wire(signal);
      },
      limits: () => videoLimits(1, 180),
      get presence() {
        return presence();
      },
      onChange: () => undefined,
      relayRefused: () => undefined,
      onState: (id) => this.told.push(id),
      onLost: (id) => this.gone.push(id),
    };
  }
}

function present(id: string) {
  return { id, name: id, kind: 'person', host: false, state: { muted: false, camera: true } } as const;
}

let pair: Pair;
/** Every connection that was made, to break them from outside. */
let made: RTCPeerConnection[];
/** For each new connection, how many others were open at that moment. */
let openBefore: number[];
const { RTCPeerConnection: Real } = globalThis;
beforeEach(() => {
  made = [];
  openBefore = [];
  globalThis.RTCPeerConnection = class extends Real {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      openBefore.push(made.filter(({ signalingState }) => signalingState !== 'closed').length);
      made.push(this);
    }
  };
  pair = new Pair();
});
afterEach(() => {
  pair.close();
  globalThis.RTCPeerConnection = Real;
});

describe('a connection to somebody', () => {
  it('sends a picture held upright with as many pixels as one held across', async () => {
    await pair.connected();
    const [across, upright] = [
      [1280, 720],
      [720, 1280],
    ].map(([width, height]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      canvas.getContext('2d')!.fillRect(0, 0, 1, 1);
      return canvas.captureStream().getVideoTracks()[0]!;
    });
    for (const track of [across!, upright!]) {
      await pair.ada.replaceTrack('video', track);
      const sender = made.flatMap((one) => one.getSenders()).find((one) => one.track === track)!;
      expect(track.getSettings().width).toBeGreaterThanOrEqual(720);
      expect(sender.getParameters().encodings[0]!.scaleResolutionDownBy).toBe(1);
      track.stop();
    }
  });

  it('is made, and reported as such', async () => {
    expect(pair.ada.member()).toMatchObject({ link: 'connecting', stream: null, speaking: false });
    await pair.connected();
    await vi.waitFor(() => {
      expect(pair.ada.member().link).toBe('connected');
      expect(pair.ada.member().stream?.getTracks()).toHaveLength(2);
    });
    expect(made).toHaveLength(2);
    expect(new Set(pair.sent.map(({ generation }) => generation)).size).toBe(1);
  });

  it('is made again when one side’s broke, and the signals of the old one do not disturb it', async () => {
    await pair.connected();
    const old = [...pair.sent];
    // The connection breaks on Ada's page, which does not make the offers for it and must ask for
    // one.
    made[0]!.close();
    made[0]!.dispatchEvent(new Event('connectionstatechange'));
    await vi.waitFor(() => {
      expect(pair.ada.connected && pair.grace.connected && made.length > 2).toBe(true);
    }, WAIT);
    const standing = made.length;
    // Late, or said twice: an offer, an answer, candidates.
    expect(old.map(({ data }) => data.type)).toEqual(
      expect.arrayContaining(['offer', 'answer', 'candidate']),
    );
    for (const signal of old) pair.carry(signal);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(made).toHaveLength(standing);
    await pair.connected();
    expect(pair.gone).toEqual([]);
  });
});

describe('somebody’s state', () => {
  const state = (revision: number, muted: boolean) => ({ muted, camera: true, revision });

  it('is sent over the connection, and not undone by an older message of the server', async () => {
    await pair.connected();
    // Each side sends the state of the page to the other.
    pair.presence = { name: 'Ada L.', ...state(7, true) };
    pair.grace.sendState();
    await vi.waitFor(() => {
      expect(pair.ada.member()).toMatchObject({ name: 'Ada L.', muted: true });
    });
    expect(pair.told).toEqual(['ada', 'grace', 'ada']);
    const said = (revision: number) => ({ ...present('ada'), state: state(revision, false) });
    pair.ada.learn(said(6));
    expect(pair.ada.member()).toMatchObject({ name: 'Ada L.', muted: true });
    pair.ada.learn(said(8));
    expect(pair.ada.member()).toMatchObject({ name: 'ada', muted: false });
  });

  it('is sent again over each new connection', async () => {
    pair.presence = { name: 'Ada L.', ...state(7, true) };
    await pair.connected();
    await vi.waitFor(() => {
      expect(pair.ada.member()).toMatchObject({ name: 'Ada L.', muted: true });
    });
  });

  it('is read only from valid messages', async () => {
    await pair.connected();
    await vi.waitFor(() => {
      expect(pair.told).toHaveLength(2);
    });
    const before = pair.ada.member();
    for (const wrong of [{ muted: 'yes' }, { ...state(9, true), name: '<b>' }, ['x'.repeat(5000)]]) {
      pair.presence = wrong as never;
      pair.grace.sendState();
    }
    pair.presence = { name: '\u200eAda L.', ...state(9, true) };
    pair.grace.sendState();
    await vi.waitFor(() => {
      expect(pair.told).toHaveLength(3);
    });
    expect(pair.ada.member()).toEqual({ ...before, name: 'Ada L.', muted: true });
  });
});

describe('somebody who has left', () => {
  it('is not called again', async () => {
    await pair.connected();
    pair.grace.close(true);
    await vi.waitFor(() => {
      expect(pair.gone).toEqual(['ada']);
    });
    for (const signal of pair.sent) if (signal.to === 'ada') pair.carry(signal);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(made).toHaveLength(2);
  });
});

describe('when a signal is lost', () => {
  it.each(['offer', 'answer'] as const)(
    'an %s is sent again once signals are delivered again',
    async (lost) => {
      pair.wire = (signal) => {
        if (signal.data.type !== lost) pair.carry(signal);
      };
      await vi.waitFor(() => {
        expect(pair.sent.some(({ data }) => data.type === lost)).toBe(true);
      });
      expect(pair.grace.connected).toBe(false);
      pair.wire = (signal) => {
        pair.carry(signal);
      };
      // The server is back.
      pair.grace.restart();
      await pair.connected();
      expect(made).toHaveLength(2);
    },
  );

  it('a path is looked for immediately when the network changed, over the same connection', async () => {
    await pair.connected();
    const fragment = () => /ice-ufrag:(.+)/.exec(made[1]!.localDescription!.sdp)![1];
    const before = fragment();
    pair.ada.restart();
    await vi.waitFor(() => {
      expect(fragment()).not.toBe(before);
    });
    await pair.connected();
    expect(made).toHaveLength(2);
  });
});

describe('somebody who sends bad signals', () => {
  const garbage = { type: 'offer', sdp: 'v=0\r\nnot an offer' } as const;

  /** A member without a page: the test sends messages in their name. */
  function hostile(calls: boolean): Participant {
    pair.close();
    made = [];
    openBefore = [];
    return new Participant(present('mallory'), calls, pair.contextFor());
  }

  it('does not get a connection for each of their offers', async () => {
    const mallory = hostile(false);
    for (let generation = 1; generation <= 31; generation++) {
      mallory.hear(generation, garbage);
      mallory.check(performance.now());
      await new Promise((resolve) => setTimeout(resolve));
    }
    mallory.close();
    // The first connection is made at once, and another one if the 31 messages took longer than the
    // first delay.
    expect(made.length).toBeGreaterThan(0);
    expect(made.length).toBeLessThan(4);
    expect(openBefore.every((open) => open === 0)).toBe(true);
  });

  it('does not get a connection for each time that they ask for one', async () => {
    const mallory = hostile(true);
    for (let i = 0; i < 31; i++) {
      mallory.hear(0, { type: 'renegotiate', renegotiate: true });
      await new Promise((resolve) => setTimeout(resolve));
    }
    mallory.close();
    expect(made.length).toBeLessThan(4);
    expect(openBefore.every((open) => open === 0)).toBe(true);
  });

  it('has one connection of ours at a time, the old one closed before the new one is made', async () => {
    const mallory = hostile(true);
    await vi.waitFor(
      () => {
        mallory.hear(0, { type: 'renegotiate', renegotiate: true });
        expect(made.length).toBe(3);
      },
      { ...WAIT, interval: 50 },
    );
    mallory.close();
    expect(openBefore).toEqual([0, 0, 0]);
  });

  it('is answered later: the newest offer that had to wait need not be sent again', async () => {
    const mallory = hostile(false);
    for (const generation of [1, 2, 3]) mallory.hear(generation, garbage);
    expect(made).toHaveLength(1);
    await vi.waitFor(() => {
      mallory.check(performance.now());
      expect(made).toHaveLength(2);
    });
    mallory.close();
  });

  it('is heard again when the signals are good', async () => {
    let spoiled = 0;
    pair.wire = (signal) => {
      const spoils = signal.data.type === 'offer' && ++spoiled <= 3;
      pair.carry(spoils ? { ...signal, data: garbage } : signal);
    };
    await pair.connected();
    expect(spoiled).toBeGreaterThan(3);
    expect(pair.gone).toEqual([]);
  });

  it('waits longer each time, and never for ever', () => {
    const pauses = Array.from({ length: 40 }, (_, begun) => pauseBetween(begun));
    expect(pauses.slice(0, 3)).toEqual([0, 700, 1400]);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses.at(-1)).toBe(10_000);
  });
});
