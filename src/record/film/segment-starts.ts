import { EncodedPacketSink, type InputVideoTrack } from 'mediabunny';

/** Looks up frames in a film's index, by seconds on the film's own clock. */
export interface FrameIndex {
  /** The last key frame at or before a moment. */
  keyAt(seconds: number): Promise<number | null>;
  /** The first key frame after that one. */
  keyAfter(seconds: number): Promise<number | null>;
  /** The last frame at or before a moment. */
  frameAt(seconds: number): Promise<number | null>;
}

/**
 * Where to cut a film into segments of about `seconds` seconds: at key frames, where a decoder can
 * begin; where those are too rare, at any frame.
 * @param seconds - 0 for a film in one piece.
 * @returns the segments' beginnings, rising; the first is `from`.
 */
export async function segmentStarts(
  index: FrameIndex,
  from: number,
  to: number,
  seconds: number,
): Promise<number[]> {
  const cuts = [from];
  if (seconds <= 0) return cuts;
  let wanted = from + seconds;
  // A last segment of less than half the length is not worth its run-up.
  while (wanted <= to - seconds / 2) {
    const last = cuts.at(-1)!;
    const cut = await cutNear(index, last, wanted, seconds);
    if (cut !== null && cut > last && cut < to) {
      cuts.push(cut);
      wanted = cut + seconds;
    } else wanted += seconds;
  }
  return cuts;
}

async function cutNear(
  index: FrameIndex,
  last: number,
  wanted: number,
  seconds: number,
): Promise<number | null> {
  const key = await index.keyAt(wanted);
  if (key !== null && key >= wanted - seconds / 2 && key > last) return key;
  const later = await index.keyAfter(wanted);
  if (later !== null && later <= wanted + seconds / 2) return later;
  return index.frameAt(wanted);
}

/** {@link segmentStarts} of a track. */
export function segmentStartsOf(
  track: InputVideoTrack,
  from: number,
  to: number,
  seconds: number,
): Promise<number[]> {
  const sink = new EncodedPacketSink(track);
  const metadataOnly = { metadataOnly: true };
  const index: FrameIndex = {
    keyAt: async (at) => (await sink.getKeyPacket(at, metadataOnly))?.timestamp ?? null,
    async keyAfter(at) {
      const key = (await sink.getKeyPacket(at, metadataOnly)) ?? (await sink.getFirstKeyPacket(metadataOnly));
      if (!key || key.timestamp > at) return key?.timestamp ?? null;
      return (await sink.getNextKeyPacket(key, metadataOnly))?.timestamp ?? null;
    },
    frameAt: async (at) => (await sink.getPacket(at, metadataOnly))?.timestamp ?? null,
  };
  return segmentStarts(index, from, to, seconds);
}
