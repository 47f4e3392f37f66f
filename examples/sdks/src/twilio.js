import { LocalVideoTrack } from 'twilio-video';

/**
 * For `room.localParticipant.publishTrack`.
 * @param {MediaStreamTrack} cartoon
 */
export function twilioTrack(cartoon) {
  return new LocalVideoTrack(cartoon);
}
