/** What `debug=1` and `stats=1` put on the page; without them nothing here is called. */

/** The element that holds everything visible. */
export function pageOf(): HTMLElement {
  return document.querySelector('main') ?? document.body;
}

/** A card in a corner that shows lines of text. */
export class Card {
  private readonly element = document.createElement('pre');

  constructor(kind: 'debug' | 'stats') {
    this.element.className = `card ${kind}`;
    pageOf().append(this.element);
  }

  show(lines: readonly string[]): void {
    this.element.textContent = lines.join('\n');
  }
}

/** What arrives, in one line. Rates are since the line before. */
export class StatsLine {
  private bytes = 0;
  private at = 0;

  /** The line for a report; empty before the picture. */
  read(report: RTCStatsReport): string {
    let line = '';
    report.forEach((entry: Record<string, unknown>) => {
      if (entry.type !== 'inbound-rtp' || entry.kind !== 'video') return;
      const [width, height, fps] = [entry.frameWidth, entry.frameHeight, entry.framesPerSecond].map(Number);
      const bytes = Number(entry.bytesReceived);
      const at = Number(entry.timestamp);
      const bits = (8000 * (bytes - this.bytes)) / (at - this.at);
      const rate = this.at > 0 && bits >= 0 ? `${(bits / 1e6).toFixed(2)} Mbit/s` : '–';
      this.bytes = bytes;
      this.at = at;
      const codec = (report.get(String(entry.codecId)) as { mimeType?: string } | undefined)?.mimeType ?? '';
      line = `${width} × ${height}  ${Math.round(fps! || 0)} fps  ${rate}  ${codec.replace('video/', '')}  ${Number(entry.packetsLost)} lost`;
    });
    return line;
  }
}
