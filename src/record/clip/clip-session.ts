import { ClockOffset, wallClock } from '../../media/clock-offset.ts';
import type { TappedFrame } from '../../media/frame-port.ts';
import type { ClipWriter } from './clip-writer.ts';
import { Timeline } from './timeline.ts';

/** Frames on their way here: one is encoded while the next is asked for. */
const IN_FLIGHT = 2;
/** Milliseconds for which the last of the sound is waited for. */
const SOUND_WAIT_MS = 600;

/** Carries frames and sound into one clip, in step, pauses left out. */
export class ClipSession {
  private readonly timeline = new Timeline();
  private port: MessagePort | null = null;
  private sound: ReadableStreamDefaultReader<AudioData> | null = null;
  /** Steps of the clip, one after the other. */
  private work: Promise<void> = Promise.resolve();
  private paused = false;
  /** Requests for frames put off until the pause ends. */
  private owed = 0;
  private over = false;
  /** Resolves when sound comes from after the end of the clip. */
  private readonly heard = Promise.withResolvers<undefined>();
  /** Seconds of the clip at the last picture. */
  seconds = 0;

  constructor(
    private readonly writer: ClipWriter,
    /** Called once with the error that ended the writer; nothing is written after that. */
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Takes frames from here on from this end of a tap. */
  tap(port: MessagePort): void {
    this.untap();
    this.port = port;
    port.onmessage = ({ data }: MessageEvent<TappedFrame>) => {
      this.work = this.work.then(() => this.carry(data));
    };
    this.owed = 0;
    for (let i = 0; i < IN_FLIGHT; i++) this.ask();
  }

  /** Takes sound from here, and no longer from the source before. */
  async listen(sound: ReadableStream<AudioData>): Promise<void> {
    void this.sound?.cancel().catch(() => undefined);
    const reader = sound.getReader();
    this.sound = reader;
    // Another microphone has another clock.
    const anchor = new ClockOffset();
    for (;;) {
      const { value: block, done } = await reader.read();
      if (done) return;
      try {
        // A block arrives with its last sample.
        const at = anchor.observe(block.timestamp + block.duration) + block.timestamp / 1000;
        if (this.timeline.isOver(at)) this.heard.resolve(undefined);
        const seconds = this.over ? null : this.timeline.place(at);
        if (seconds !== null) await this.writer.addSound(block, seconds);
      } catch (error) {
        this.fail(error);
      } finally {
        block.close();
      }
    }
  }

  pause(): void {
    this.paused = true;
    this.timeline.pause(wallClock());
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    for (; this.owed > 0; this.owed--) this.ask();
    // Before its first picture a clip has not begun.
    if (this.seconds === 0 && !this.timeline.running) return;
    this.timeline.resume(wallClock());
    this.writer.resumed();
  }

  private ask(): void {
    if (this.paused) this.owed++;
    else this.port?.postMessage(null);
  }

  /**
   * Ends now: no more frames, and sound up to this moment. Resolves when all of it has been
   * written.
   */
  async end(): Promise<void> {
    this.timeline.pause(wallClock());
    this.untap();
    await this.work;
    const patience = new Promise((resolve) => self.setTimeout(resolve, SOUND_WAIT_MS));
    if (this.sound && !this.over) await Promise.race([this.heard.promise, patience]);
    this.over = true;
    await this.sound?.cancel().catch(() => undefined);
  }

  /** Closes frames that are still on their way. The port ends with its other end. */
  private untap(): void {
    if (this.port)
      this.port.onmessage = ({ data }: MessageEvent<TappedFrame>) => {
        data.frame.close();
      };
    this.port = null;
  }

  private async carry({ frame, at }: TappedFrame): Promise<void> {
    try {
      if (this.over) return;
      if (!this.paused && this.seconds === 0) this.timeline.resume(at);
      const seconds = this.timeline.place(at);
      if (seconds === null) return;
      await this.writer.addFrame(frame, seconds);
      this.seconds = seconds;
    } catch (error) {
      this.fail(error);
    } finally {
      frame.close();
      if (!this.over) this.ask();
    }
  }

  private fail(error: unknown): void {
    if (this.over) return;
    this.over = true;
    this.onFailure(error);
  }
}
