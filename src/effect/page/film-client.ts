import * as Comlink from 'comlink';
import '../../common/error-transfer.ts';
import type { FilmApi } from '../protocol.ts';

/** The effect as one who decodes a film sees it. */
export interface Film {
  /**
   * The film's next frame as its picture, at the frame's display size and time. Calls may be made ahead; they are answered in their
   * order. The frame is the effect's from then on; the picture is the caller's to close.
   * @throws PortoonError where the effect cannot go on.
   */
  picture(frame: VideoFrame): Promise<VideoFrame>;
  /** Lets go of the effect. */
  close(): void;
}

/** The effect behind a port that `Effect.film` gave. Works in any worker. */
export function filmAt(port: MessagePort): Film {
  const api = Comlink.wrap<FilmApi>(port);
  return {
    picture: (frame) => api.picture(Comlink.transfer(frame, [frame])),
    close() {
      api[Comlink.releaseProxy]();
    },
  };
}
