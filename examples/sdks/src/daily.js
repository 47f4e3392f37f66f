/**
 * @param {import('@daily-co/daily-js').DailyCall} call
 * @param {MediaStreamTrack} cartoon
 */
export function sendByDaily(call, cartoon) {
  return call.setInputDevicesAsync({ videoSource: cartoon });
}
