/**
 * A `VideoFrameProcessor` is not needed.
 * @param {Pick<import('amazon-chime-sdk-js').AudioVideoFacade, 'startVideoInput'>} audioVideo
 *   `meetingSession.audioVideo`
 * @param {MediaStreamTrack} cartoon
 */
export function startChimeVideo(audioVideo, cartoon) {
  return audioVideo.startVideoInput(new MediaStream([cartoon]));
}
