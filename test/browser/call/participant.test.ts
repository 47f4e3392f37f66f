import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { videoLimits } from '../../../src/call/limits.ts';
import { Participant, type Surroundings } from '../../../src/call/participant.ts';
import { StandIns } from '../../../src/call/stand-ins.ts';
import type { SignalData } from '../../../src/server/signals.ts';

interface Signal {
  to: 'ada' | 'grace';
  generation: number;
  data: SignalData;
}

/** Two sides of one connection in one page, with real peers; what they signal goes over a wire that the tests hold. */
class Pair {
  readonly sent: Signal[] = [];
  /** What becomes of a signal; carried by default. */
  wire = (signal: Signal): void => {
    this.carry(signal);
  };
  readonly gone: string[] = [];
  private readonly standIns = new StandIns();
  /** As Ada's page knows Grace, and the other way round. Ada makes the offers. */
  readonly grace: Participant;
  readonly ada: Participant;
  private readonly timer: number;

  constructor() {
    this.ada = new Participant(present('ada'), false, this.surroundings());
    this.grace = new Participant(present('grace'), true, this.surroundings());
    this.timer = self.setInterval(() => {
      for (const side of [this.ada, this.grace]) side.look(performance.now());
    }, 100);
  }

  carry({ to, generation, data }: Signal): void {
    // Who is told is known to the other by the other's name.
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
      { timeout: 20_000, interval: 50 },
    );
  }

  close(): void {
    clearInterval(this.timer);
    this.ada.close();
    this.grace.close();
    this.standIns.stop();
  }

  private surroundings(): Surroundings {
    return {
      codecs: ['video/VP8'],
      signalling: true,
      audio: null,
      video: null,
      ice: [],
      standIn: (kind) => this.standIns.of(kind),
      send: (to, generation, data) => {
        const signal = { to: to as Signal['to'], generation, data };
        this.sent.push(signal);
        this.wire(signal);
      },
      limits: () => videoLimits(1, 180),
      changed: () => undefined,
      lost: (id) => this.gone.push(id),
    };
  }
}

function present(id: string) {
  return { id, name: id, kind: 'person', host: false, state: { muted: false, camera: true } } as const;
}

let pair: Pair;
/** Every connection that was made, to break them from outside. */
let made: RTCPeerConnection[];
const { RTCPeerConnection: Real } = globalThis;
beforeEach(() => {
  made = [];
  globalThis.RTCPeerConnection = class extends Real {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
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
  it('comes about, and is told as such', async () => {
    expect(pair.ada.member()).toMatchObject({ link: 'connecting', stream: null, speaking: false });
    await pair.connected();
    await vi.waitFor(() => {
      expect(pair.ada.member().link).toBe('connected');
      expect(pair.ada.member().stream?.getTracks()).toHaveLength(2);
    });
    expect(made).toHaveLength(2);
    expect(new Set(pair.sent.map(({ generation }) => generation)).size).toBe(1);
  });

  it('is made anew when one side’s broke, and the signals of the old one do not disturb it', async () => {
    await pair.connected();
    const old = [...pair.sent];
    // Ada's page, the one that does not make the offers for it, loses its end: it has to ask.
    made[0]!.close();
    made[0]!.dispatchEvent(new Event('connectionstatechange'));
    await vi.waitFor(
      () => {
        expect(pair.ada.connected && pair.grace.connected && made.length > 2).toBe(true);
      },
      { timeout: 20_000 },
    );
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

describe('who is gone', () => {
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
    'an %s is given again once signals are carried again',
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
      // As when the server is back.
      pair.grace.restart();
      await pair.connected();
      expect(made).toHaveLength(2);
    },
  );

  it('a road is looked for at once when the network changed, over the same connection', async () => {
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
