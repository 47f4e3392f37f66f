import type { FilmFrame } from '../film/film-reader.ts';
import { momentOf } from '../picture/frame-moment.ts';

/**
 * Resamples to a constant rate: frames never shown are closed, repeated ones get longer.
 * @param given - in order; it is left at the first that comes after those that are wanted. The
 *   caller closes what comes back.
 * @param rate - frames a second.
 * @param first - whether the film begins here: then its first frame is shown from there on, however
 *   late it comes.
 */
export async function* toConstantRate(
  given: AsyncIterable<FilmFrame>,
  rate: number,
  first = true,
): AsyncGenerator<FilmFrame, void, undefined> {
  /** The next frame to be given, and its moment, counted in frames of the rate. */
  let held: FilmFrame | null = null;
  let moment = first ? 0 : null;
  const tick = (microseconds: number) => momentOf(microseconds / 1e6, rate);
  const give = (until: number) => {
    const { frame, runUp } = held!;
    held = null;
    try {
      if (until <= moment!) return null;
      const timestamp = Math.round((moment! * 1e6) / rate);
      const duration = Math.round((until * 1e6) / rate) - timestamp;
      moment = until;
      return { frame: new VideoFrame(frame, { timestamp, duration }), runUp };
    } finally {
      frame.close();
    }
  };
  try {
    for await (const next of given) {
      const at = tick(next.frame.timestamp);
      moment ??= at;
      if (next.after) {
        // A segment without a frame at the film's beginning: what comes next is shown there.
        if (held) next.frame.close();
        else held = next;
        const end = give(at);
        if (end) yield end;
        return;
      }
      const ready: FilmFrame | null = held ? give(at) : null;
      held = next;
      if (ready) yield ready;
    }
    if (!held) return;
    const { timestamp, duration } = held.frame;
    const last = give(Math.max(moment ?? 0, 1, tick(timestamp + (duration ?? 0))));
    if (last) yield last;
  } finally {
    held?.frame.close();
  }
}

/** The times at which a frame of {@link toConstantRate} is shown, in seconds. */
export function frameTimes({ timestamp, duration }: VideoFrame, rate: number): number[] {
  const first = Math.round((timestamp * rate) / 1e6);
  const count = Math.max(1, Math.round(((duration ?? 0) * rate) / 1e6));
  return Array.from({ length: count }, (_, index) => (first + index) / rate);
}
