import { PortoonError } from '../../common/errors.ts';

/** Milliseconds without a frame after which none is waited for. */
const LULL = 300;

/**
 * The time between two frames, for work that may wait. After each frame one piece of it runs, so that no frame waits for more than
 * one; where no frames come (a paused film) the pieces run one after the other.
 */
export class Gaps {
  private readonly pieces: { run: () => Promise<void>; drop: (why: PortoonError) => void }[] = [];
  private running: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private inFrame = false;
  private inPiece = false;
  private quiet = false;
  private closed = false;

  /**
   * Runs a piece of work in one of the next gaps, in the order of the calls.
   * @throws PortoonError `ERR_WORKER_DIED` if the effect closes before.
   */
  during<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.closed) reject(closedError());
      else this.pieces.push({ run: () => work().then(resolve, reject), drop: reject });
      this.wait();
    });
  }

  /** Whether work waits for the next gap. */
  get waiting(): boolean {
    return this.pieces.length > 0;
  }

  /** A frame comes. Resolves when nothing runs beside it. */
  frameBegins(): Promise<void> {
    clearTimeout(this.timer);
    this.inFrame = true;
    this.quiet = false;
    return this.running;
  }

  /** The frame has been drawn. Resolves when the next may come: after one piece, if any waits. */
  frameEnds(): Promise<void> {
    this.inFrame = false;
    return this.next();
  }

  /** Drops what waits. Resolves when nothing runs any more. */
  close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    for (const { drop } of this.pieces.splice(0)) drop(closedError());
    return this.running;
  }

  private next(): Promise<void> {
    const piece = this.pieces.shift();
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
    if (this.inFrame || this.inPiece || this.pieces.length === 0) return;
    this.timer = setTimeout(
      () => {
        this.quiet = true;
        void this.next();
      },
      this.quiet ? 0 : LULL,
    );
  }
}

function closedError(): PortoonError {
  return new PortoonError('ERR_WORKER_DIED', 'The effect is closed.', 'Create another one.');
}
