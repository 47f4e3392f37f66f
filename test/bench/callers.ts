/**
 * Simulates many pages in one process, without a browser, and measures how long their messages
 * take.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import {
  SIGNALLING_PATH,
  type Answer,
  type ClientToServer,
  type JoinAnswer,
  type Request,
  type ServerToClient,
  type SignalData,
} from '../../src/server/signals.ts';

/** As long as a typical offer of a browser for sound and picture. */
const SDP = 'a=candidate-and-codec-lines\r\n'.repeat(150);

/**
 * When each message was due, by its number. Times are measured from then, so that a late start
 * counts as slow.
 */
const due = new Map<number, number>();
let numbers = 0;
/** The list to which times of signals are added at present. */
let signalTimes: number[] = [];

/** A simulated page, one of two in a room. */
export class Caller {
  readonly #room: string;
  readonly #address: string;
  #url: string;
  #socket: Socket<ServerToClient, ClientToServer>;
  #seat: JoinAnswer | undefined;
  #other = '';

  /** @param index - gives each page an address of its own; the servers must trust one proxy. */
  constructor(room: string, url: string, index: number) {
    this.#room = room;
    this.#address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    this.#url = url;
    this.#socket = this.#connect(url);
  }

  get url(): string {
    return this.#url;
  }

  get socket(): Socket<ServerToClient, ClientToServer> {
    return this.#socket;
  }

  close(): void {
    this.#socket.disconnect();
  }

  #connect(url: string): Socket<ServerToClient, ClientToServer> {
    const socket: Socket<ServerToClient, ClientToServer> = io(url, {
      path: SIGNALLING_PATH,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      extraHeaders: { 'x-forwarded-for': this.#address },
    });
    socket.on('joined', ({ peer }) => {
      this.#other = peer.id;
    });
    socket.on('signal', ({ data }) => {
      const number = numberOf(data);
      const began = due.get(number);
      if (began === undefined) return;
      due.delete(number);
      signalTimes.push(performance.now() - began);
    });
    return socket;
  }

  /** Joins or rejoins. Resolves with the milliseconds from the first packet to the answer. */
  async join(): Promise<number> {
    const began = performance.now();
    const rejoin = this.#seat && { id: this.#seat.self, secret: this.#seat.secret };
    const request: Request<'join'> = {
      room: this.#room,
      name: 'Load',
      kind: 'person',
      ...(rejoin ? { rejoin } : {}),
    };
    const socket = this.#socket.timeout(30_000) as unknown as {
      emitWithAck(name: 'join', request: Request<'join'>): Promise<Answer<'join'>>;
    };
    const answer = await socket.emitWithAck('join', request);
    if (!answer.ok) throw new Error(answer.error.code);
    this.#seat = answer;
    this.#other = answer.peers[0]?.id ?? this.#other;
    return performance.now() - began;
  }

  /** Rejoins through another node, under the same id. */
  comeBack(url: string): Promise<number> {
    this.close();
    this.#url = url;
    this.#socket = this.#connect(url);
    return this.join();
  }

  /** @param at - when the signal was due. */
  signal(kind: 'offer' | 'answer' | 'candidate', at = performance.now()): void {
    const number = numbers++;
    due.set(number, at);
    const data: SignalData =
      kind === 'candidate'
        ? {
            type: kind,
            candidate: { candidate: `candidate:${number} 1 udp 2113937151 10.0.0.1 50000 typ host` },
          }
        : { type: kind, sdp: `v=0 ${number}\r\n${SDP}` };
    this.#socket.emit('signal', { to: this.#other, data }, () => undefined);
  }
}

function numberOf(data: SignalData): number {
  const text = data.type === 'candidate' ? data.candidate.candidate : 'sdp' in data ? data.sdp : '';
  return Number(/^(?:candidate:|v=0 )(\d+)/.exec(text)?.[1] ?? NaN);
}

/** Milliseconds. */
export interface Times {
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The number of times, and their percentiles. */
export function summary(times: number[]): Times {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** Rounds to one decimal place. */
export const round = (value: number) => Math.round(value * 10) / 10;

/**
 * The times of the signals sent by `work`; those that did not arrive within five seconds count as
 * lost.
 */
export async function timed(work: () => Promise<void>): Promise<Times & { lost: number }> {
  signalTimes = [];
  await work();
  const patience = performance.now() + 5000;
  while (due.size > 0 && performance.now() < patience) await wait(20);
  const lost = due.size;
  due.clear();
  return { ...summary(signalTimes), lost };
}
