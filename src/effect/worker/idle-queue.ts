import type { PortoonError } from '../../common/errors.ts';
import { closedError } from '../closed-error.ts';

/** After this many milliseconds without a frame, work no longer waits for one. */
const LULL = 300;

/**
 * Runs work between frames. After each frame one piece of work runs, so no frame waits for more
 * than one. While no frames come, as in a paused video, the pieces run one after the other.
 */
export class IdleQueue {
  private readonly queue: { run: () => Promise<void>; drop: (why: PortoonError) => void }[] = [];
  /** Resolves when the piece under way has ended. */
  private running: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private inFrame = false;
  private inPiece = false;
  /** Whether no frame has come for so long that work need not wait for one. */
  private quiet = false;
  private closed = false;

  /**
   * Runs a piece of work after one of the next frames, in the order of the calls.
   * @throws PortoonError `ERR_WORKER_DIED` if the effect closes before.
   */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.closed) reject(closedError());
      else this.queue.push({ run: () => work().then(resolve, reject), drop: reject });
      this.wait();
    });
  }

  /** Whether any work waits. */
  get hasWork(): boolean {
    return this.queue.length > 0;
  }

  /** To be called when a frame starts. Resolves when no work runs beside it. */
  frameBegins(): Promise<void> {
    clearTimeout(this.timer);
    this.inFrame = true;
    this.quiet = false;
    return this.running;
  }

  /**
   * To be called when a frame is drawn. Resolves when the next may start: after one piece of work.
   */
  frameEnds(): Promise<void> {
    this.inFrame = false;
    return this.next();
  }

  /** Drops all work that waits. Resolves when nothing runs any more. */
  close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    for (const { drop } of this.queue.splice(0)) drop(closedError());
    return this.running;
  }

  private next(): Promise<void> {
    const piece = this.queue.shift();
    if (piece) {
      this.inPiece = true;
      this.running = piece.run().then(() => {
        this.inPiece = false;
        this.wait();
      });
    }
    return this.running;
  }

  private wait(): void {
    clearTimeout(this.timer);
    if (this.inFrame || this.inPiece || this.queue.length === 0) return;
    this.timer = setTimeout(
      () => {
        this.quiet = true;
        void this.next();
      },
      this.quiet ? 0 : LULL,
    );
  }
}
