import * as Comlink from 'comlink';
import '../common/error-transfer.ts';
import type { FilmApi } from './protocol.ts';

/** The effect, as the decoder of a film uses it. */
export interface Film {
  /**
   * Composites the next frame of the film. Calls may be made ahead; they are answered in their
   * order.
   * @param frame - is handed over to the effect.
   * @returns the picture, at the frame's display size and time; the caller closes it.
   * @throws PortoonError if the effect cannot go on.
   */
  picture(frame: VideoFrame): Promise<VideoFrame>;
  /** Releases the effect. */
  close(): void;
}

/** Connects to the effect through the port that `Effect.film` gave. Works in any worker. */
export function filmAt(port: MessagePort): Film {
  const api = Comlink.wrap<FilmApi>(port);
  return {
    picture: (frame) => api.picture(Comlink.transfer(frame, [frame])),
    close() {
      api[Comlink.releaseProxy]();
    },
  };
}
