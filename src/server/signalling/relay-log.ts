import type { Metrics } from '../metrics.ts';

/** At most one line in this time: a call of six has thirty connections. Milliseconds. */
const QUIET = 60_000;

/** What the operator can do about it, by what TURN servers answer (RFC 8656, 19). */
const HINTS: Readonly<Record<number, string>> = {
  401: "TURN_SECRET may not be the TURN server's own secret (static-auth-secret), or their clocks differ",
  403: 'it forbids what was asked of it',
  486: 'one page has all the relays that it may have (user-quota)',
  508: 'it has no relay left (total-quota, or its ports)',
};

/** Logs that the relay refuses the pages that this server sends to it. */
export class RelayLog {
  readonly #metrics: Metrics;
  #next = -Infinity;
  #untold = 0;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /**
   * A page says that it was refused. Anybody can say so, so only the number is used.
   *
   * @param status 400 to 599.
   */
  hear(status: number): void {
    this.#metrics.relayRefused.inc({ status });
    const now = performance.now();
    if (now < this.#next) {
      this.#untold++;
      return;
    }
    const hint = HINTS[status] ?? 'its log may say why';
    const others = this.#untold > 0 ? ` ${this.#untold} more since the last line.` : '';
    process.stderr.write(`TURN refused a page with ${status}: ${hint}.${others}\n`);
    this.#next = now + QUIET;
    this.#untold = 0;
  }
}
