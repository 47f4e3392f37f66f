import { EncodedPacketSink, VideoSampleSink, type InputVideoTrack, type VideoSample } from 'mediabunny';

/**
 * Names of the errors that decoders throw for damaged packets. A file that cannot be read throws
 * others.
 */
const BROKEN = new Set(['EncodingError', 'DataError', 'OperationError', 'InvalidStateError']);

/**
 * The frames that can be decoded. A broken packet ends a decoder; a new one starts at the next key
 * frame.
 * @param from - seconds; the first frame is the one shown at that moment.
 * @param to - seconds, not included.
 */
export async function* decodableSamples(
  track: InputVideoTrack,
  from: number,
  to: number,
): AsyncGenerator<VideoSample, void, undefined> {
  const packets = new EncodedPacketSink(track);
  const sink = new VideoSampleSink(track);
  let start = from;
  let seen = -Infinity;
  for (;;) {
    try {
      for await (const sample of sink.samples(start, to)) {
        seen = sample.timestamp;
        yield sample;
      }
      return;
    } catch (error) {
      if (!(error instanceof DOMException && BROKEN.has(error.name))) throw error;
      const reached = Math.max(seen, start);
      let key = (await packets.getKeyPacket(reached)) ?? (await packets.getFirstKeyPacket());
      while (key && key.timestamp <= reached) key = await packets.getNextKeyPacket(key);
      const end = Math.min(to, key?.timestamp ?? to);
      // The decoder is lost with the frames that it had ready. The whole frames before the broken
      // one are fetched one by one.
      for (const at of await packetTimesBetween(track, seen, end, from, end < Infinity)) {
        const sample = await sink.getSample(at).catch(() => null);
        if (sample?.timestamp !== at) {
          sample?.close();
          break;
        }
        seen = at;
        yield sample;
      }
      if (!key || key.timestamp >= to) return;
      start = key.timestamp;
    }
  }
}

/**
 * The times at which frames are shown between two moments (seconds, neither included), in order.
 * @param from - earlier frames are left out, except for the one shown at that moment.
 * @param metadataOnly - false at the end of a film that breaks off, where only what is there
 *   counts: an index may list more.
 */
export async function packetTimesBetween(
  track: InputVideoTrack,
  after: number,
  before: number,
  from: number,
  metadataOnly = true,
): Promise<number[]> {
  const sink = new EncodedPacketSink(track);
  const times: number[] = [];
  const first = (await sink.getKeyPacket(Math.max(after, from))) ?? (await sink.getFirstKeyPacket());
  for (let packet = first; packet; packet = await sink.getNextPacket(packet, { metadataOnly })) {
    // Packets come in decoding order. From a key frame later than the moment on, no packet is
    // earlier, except for that frame's own leading ones.
    if (packet.type === 'key' && packet.timestamp >= before) break;
    if (packet.timestamp > after && packet.timestamp < before) times.push(packet.timestamp);
  }
  times.sort((one, other) => one - other);
  // Of the frames before the beginning only the last one is still shown.
  const shown = times.findLastIndex((time) => time <= from);
  return shown > 0 ? times.slice(shown) : times;
}
