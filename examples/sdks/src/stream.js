/**
 * For `call.camera.registerFilter`.
 * @param {import('portoon').Effect} effect - stays open, for the next time that the camera is on.
 * @returns {(camera: MediaStream) => { output: Promise<MediaStream>, stop: () => void }}
 */
export function streamFilter(effect) {
  return (camera) => ({
    output: effect.process(camera.getVideoTracks()[0]).then((cartoon) => new MediaStream([cartoon])),
    stop: () => void effect.feed(null),
  });
}
