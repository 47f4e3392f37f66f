import { EncodedPacketSink, VideoSampleSink, type InputVideoTrack, type VideoSample } from 'mediabunny';

/** What a decoder throws at packets that make no sense; what cannot be read at all goes by other names. */
const BROKEN = new Set(['EncodingError', 'DataError', 'OperationError', 'InvalidStateError']);

/**
 * The frames that can be decoded. A broken packet ends a decoder: another one goes on from the next key frame.
 * @param from - seconds; the frame that is seen then is the first.
 * @param to - seconds, not included.
 */
export async function* wholeSamples(
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
      // With the decoder went what it had ready: the whole frames before the broken one are fetched one by one.
      for (const at of await timesBetween(track, seen, Math.min(to, key?.timestamp ?? to), from)) {
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
 * When the frames are seen that lie between two moments (seconds, neither included), in their order.
 * @param from - what is before is not shown, but for the frame that is seen then.
 */
export async function timesBetween(
  track: InputVideoTrack,
  after: number,
  before: number,
  from: number,
): Promise<number[]> {
  const sink = new EncodedPacketSink(track);
  // At the end of a film that breaks off, only what is there counts: an index tells of more.
  const metadataOnly = before < Infinity;
  const times: number[] = [];
  const first = (await sink.getKeyPacket(Math.max(after, from))) ?? (await sink.getFirstKeyPacket());
  for (let packet = first; packet; packet = await sink.getNextPacket(packet, { metadataOnly })) {
    // Packets come as they are decoded: from a key frame on later than the moment none is earlier, but for its own leading ones.
    if (packet.type === 'key' && packet.timestamp >= before) break;
    if (packet.timestamp > after && packet.timestamp < before) times.push(packet.timestamp);
  }
  times.sort((one, other) => one - other);
  // Of what is before the beginning only the last is seen.
  const shown = times.findLastIndex((time) => time <= from);
  return shown > 0 ? times.slice(shown) : times;
}
