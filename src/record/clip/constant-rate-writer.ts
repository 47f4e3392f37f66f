import { momentOf } from '../picture/frame-moment.ts';

/**
 * Lays the frames of a clip on the moments of a constant rate, for editors that take no other: one
 * that no moment shows is left out, and one that several show is written for each.
 */
export class ConstantRateWriter {
  /** The newest frame, whose moments end with the next one. */
  private held: VideoFrame | null = null;
  /** The next moment to be written, counted from the beginning of the clip. */
  private moment = 0;

  constructor(
    /** Frames a second. */
    private readonly rate: number,
    private readonly write: (frame: VideoFrame, seconds: number) => Promise<void>,
  ) {}

  /** @param seconds - of the clip, rising. The frame stays the caller's to close. */
  async add(frame: VideoFrame, seconds: number): Promise<void> {
    const next = frame.clone();
    try {
      await this.writeUntil(momentOf(seconds, this.rate));
    } finally {
      this.held?.close();
      this.held = next;
    }
  }

  /** Writes the last frame, which gets a moment if it has none yet. */
  async finish(): Promise<void> {
    await this.writeUntil(this.moment + 1);
    this.close();
  }

  /** Leaves out what is not written yet. */
  close(): void {
    this.held?.close();
    this.held = null;
  }

  private async writeUntil(end: number): Promise<void> {
    if (!this.held) return;
    for (; this.moment < end; this.moment++) await this.write(this.held, this.moment / this.rate);
  }
}
