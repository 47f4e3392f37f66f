/** A video track that is fed frame by frame. */
export interface WritableTrack {
  readonly track: MediaStreamTrack;
  /** Transferable. The writer keeps each frame; the track has a copy when the write is done. */
  readonly frames: WritableStream<VideoFrame>;
}

/**
 * Makes a track for the composited frames.
 *
 * Chromium generates the track and a worker can feed it, so it goes on in a hidden tab. Other
 * browsers paint each frame on a canvas and capture that.
 */
export function createWritableTrack(): WritableTrack {
  if (!('MediaStreamTrackGenerator' in self)) return createCanvasTrack();
  const track = new MediaStreamTrackGenerator({ kind: 'video' });
  return { track, frames: track.writable };
}

/**
 * The fallback for browsers without insertable streams; exported for its test. The canvas is the
 * page's, because Firefox refuses to capture a canvas that a worker draws.
 */
export function createCanvasTrack(): WritableTrack {
  const canvas = document.createElement('canvas');
  // The context comes before `captureStream`, which a canvas without one does not have.
  const context = canvas.getContext('2d', { alpha: false })!;
  const frames = new WritableStream<VideoFrame>({
    write(frame) {
      const { displayWidth: width, displayHeight: height } = frame;
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      context.drawImage(frame, 0, 0);
      // A transferred stream hands over copies, which nobody else closes.
      frame.close();
    },
  });
  return { track: canvas.captureStream().getVideoTracks()[0]!, frames };
}
