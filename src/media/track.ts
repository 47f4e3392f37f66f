/** A video track that a page feeds frame by frame. */
export interface FedTrack {
  readonly track: MediaStreamTrack;
  /** Transferable. Who writes keeps its frame; the track has its own when the write is done. */
  readonly frames: WritableStream<VideoFrame>;
}

/**
 * A track for the composite. Chromium generates it, fed from the worker itself: it goes on in a hidden tab. Other browsers paint each
 * frame on a canvas and capture that.
 */
export function fedTrack(): FedTrack {
  if (!('MediaStreamTrackGenerator' in self)) return paintedTrack();
  const track = new MediaStreamTrackGenerator({ kind: 'video' });
  return { track, frames: track.writable };
}

/** The road for browsers without insertable streams (Firefox refuses to capture a canvas that a worker draws); exported for its test. */
export function paintedTrack(): FedTrack {
  const canvas = document.createElement('canvas');
  // Before it is captured: a canvas without a context has nothing to capture.
  const context = canvas.getContext('2d', { alpha: false })!;
  const frames = new WritableStream<VideoFrame>({
    write(frame) {
      const { displayWidth: width, displayHeight: height } = frame;
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      context.drawImage(frame, 0, 0);
      // A stream that was transferred hands copies over.
      frame.close();
    },
  });
  return { track: canvas.captureStream().getVideoTracks()[0]!, frames };
}
