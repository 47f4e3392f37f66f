interface Piece {
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  /** Seconds of the clip at `from`. */
  begins: number;
}

/** Maps wall-clock times to positions in a clip, leaving pauses out. */
export class Timeline {
  private readonly pieces: Piece[] = [];

  /** Begins the clip, or goes on with it after a pause. */
  resume(at: number): void {
    if (this.running) return;
    this.pieces.push({ from: at, to: Infinity, begins: this.seconds });
  }

  /** What happens from here on is not in the clip. */
  pause(at: number): void {
    const last = this.pieces.at(-1);
    if (last && this.running) last.to = Math.max(at, last.from);
  }

  get running(): boolean {
    return this.pieces.at(-1)?.to === Infinity;
  }

  /** Whether a moment comes after all pieces so far. */
  isOver(at: number): boolean {
    const last = this.pieces.at(-1);
    return last !== undefined && at >= last.to;
  }

  /** Where in the clip a moment is, in seconds; null if it is in none of its pieces. */
  place(at: number): number | null {
    // What arrives late belongs to the piece before.
    const piece = this.pieces.findLast(({ from }) => from <= at);
    return piece && at < piece.to ? piece.begins + (at - piece.from) / 1000 : null;
  }

  /** Seconds of the pieces that are over. */
  private get seconds(): number {
    const last = this.pieces.at(-1);
    return last ? last.begins + (last.to - last.from) / 1000 : 0;
  }
}
