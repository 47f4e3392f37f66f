/** A track for when there is no picture: it must not end, because the call goes on. */

const WORDS = 'Camera paused';

export interface StillPicture {
  readonly track: MediaStreamTrack;
  stop(): void;
}

/**
 * A still picture that says that the camera is paused.
 * @param size - in pixels.
 */
export function stillPicture({
  width,
  height,
}: {
  readonly width: number;
  readonly height: number;
}): StillPicture {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#26262b';
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#d8d7da';
  context.textAlign = 'center';
  context.font = `${Math.round(height / 14)}px sans-serif`;
  context.fillText(WORDS, width / 2, height / 2);
  const track = canvas.captureStream(2).getVideoTracks()[0]!;
  // Drawn again and again: a track that gets no frames counts as muted.
  const timer = setInterval(() => {
    context.drawImage(canvas, 0, 0);
  }, 500);
  return {
    track,
    stop() {
      clearInterval(timer);
      track.stop();
    },
  };
}
