/** A track in another shape: its middle, as the browser cuts a camera's picture for a page. */
import { framesOf } from '../../../src/media/frames.ts';
import { createWritableTrack } from '../../../src/media/track.ts';
import { TrackWriter } from '../../../src/media/track-writer.ts';
import { largestCut, type PictureSize } from './size.ts';

export interface CroppedTrack {
  readonly track: MediaStreamTrack;
  readonly source: MediaStreamTrack;
  readonly shape: PictureSize;
  /** Ends `track`; the source goes on. */
  stop(): void;
}

/** Cuts each frame of `source`, however large it is. Nothing is copied. */
export function cropTrack(source: MediaStreamTrack, shape: PictureSize): CroppedTrack {
  const reader = framesOf(source).frames.getReader();
  const { track, frames } = createWritableTrack();
  const stop = () => {
    void reader.cancel().catch(() => undefined);
    track.stop();
  };
  const writer = new TrackWriter(frames, stop);
  void passFrames(reader, writer, shape).catch(stop);
  return { track, source, shape, stop };
}

async function passFrames(
  reader: ReadableStreamDefaultReader<VideoFrame>,
  writer: TrackWriter,
  shape: PictureSize,
): Promise<void> {
  for (;;) {
    const { value: frame } = await reader.read();
    if (!frame) break;
    let cut: VideoFrame;
    try {
      const { x, y, width, height } = frame.visibleRect!;
      const part = largestCut({ width, height }, shape);
      cut = new VideoFrame(frame, { visibleRect: { ...part, x: x + part.x, y: y + part.y } });
    } finally {
      frame.close();
    }
    // Closes it.
    await writer.write(cut);
  }
  await writer.close();
}
