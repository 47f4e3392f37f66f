import AgoraRTC from 'agora-rtc-sdk-ng';

/**
 * For `client.publish`.
 * @param {MediaStreamTrack} cartoon
 */
export function agoraTrack(cartoon) {
  return AgoraRTC.createCustomVideoTrack({ mediaStreamTrack: cartoon });
}
