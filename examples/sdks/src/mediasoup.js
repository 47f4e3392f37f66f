/**
 * Sends the cartoon to a router.
 * @param {import('mediasoup-client').types.Transport} transport
 * @param {MediaStreamTrack} cartoon
 */
export function produce(transport, cartoon) {
  // The effect keeps its track, also when the producer is closed.
  return transport.produce({ track: cartoon, stopTracks: false });
}

/**
 * Sends another track in its place, such as the camera's own.
 * @param {import('mediasoup-client').types.Producer} producer
 * @param {MediaStreamTrack} track
 */
export function show(producer, track) {
  return producer.replaceTrack({ track });
}
