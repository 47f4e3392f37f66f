import { PortoonError } from '../../common/errors.ts';

/** Shortest pause between two reports to the server. */
const REPORT_MS = 60_000;

/**
 * What a browser says of a relay that it could not use.
 * @returns the status with which a TURN server refused, or null where it was something else: an
 *   address that does not answer is no refusal.
 */
export function relayStatus({ url, errorCode }: { url: string; errorCode: number }): number | null {
  return /^turns?:/.test(url) && errorCode >= 400 && errorCode < 600 ? errorCode : null;
}

/** The error for people who cannot reach anybody because the relay refuses them. */
export function relayRefused(status: number): PortoonError {
  return new PortoonError(
    'ERR_RELAY_REFUSED',
    `The relay of this server refused us (TURN ${status}), and no other way leads through.`,
    'Tell the administrator of this Portoon: its log has a line about it. On another network it may work without a relay.',
  );
}

/** Reports to the server that its relay refuses this page: only the operator can fix that. */
export class RelayReport {
  private reportedAt = -Infinity;

  /** @param ask - sends the report, if the server is connected; the answer does not matter. */
  constructor(private readonly ask: (status: number) => void) {}

  report(status: number): void {
    const now = performance.now();
    if (now - this.reportedAt < REPORT_MS) return;
    this.reportedAt = now;
    this.ask(status);
  }
}
