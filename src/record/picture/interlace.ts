import { EncodedPacketSink, type InputVideoTrack } from 'mediabunny';

/**
 * Profiles whose sequence parameters include chroma, depth and scaling (ITU-T H.264, 7.3.2.1.1).
 */
const HIGH = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128]);
/** The kind of unit that describes a sequence (ITU-T H.264, 7.4.1). */
const SEQUENCE = 7;

/**
 * Whether a film's frames may be of two fields each, taken one after the other: what its codec
 * says. Of H.264 alone; others that browsers decode are hardly ever interlaced.
 */
export async function isInterlaced(track: InputVideoTrack): Promise<boolean> {
  if ((await track.getCodec()) !== 'avc') return false;
  const description = (await track.getDecoderConfig())?.description;
  const sequence = description
    ? firstSequence(bytesOf(description))
    : sequenceIn((await new EncodedPacketSink(track).getFirstKeyPacket())?.data);
  return sequence !== null && hasFields(sequence);
}

function bytesOf(data: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** The first sequence parameter set in an MP4's or MKV's description of the decoder (`avcC`). */
function firstSequence(description: Uint8Array): Uint8Array | null {
  if (((description[5] ?? 0) & 31) === 0) return null;
  const length = (description[6]! << 8) | description[7]!;
  return description.subarray(8, 8 + length);
}

/** The sequence parameter set in a packet whose units begin with 0, 0, 1. */
function sequenceIn(packet: Uint8Array | undefined): Uint8Array | null {
  for (let at = 0; packet && at + 3 < packet.length; at++)
    if (
      packet[at] === 0 &&
      packet[at + 1] === 0 &&
      packet[at + 2] === 1 &&
      (packet[at + 3]! & 31) === SEQUENCE
    )
      return packet.subarray(at + 3, at + 3 + 256);
  return null;
}

/** @param sequence - the unit that describes a sequence, its header included. */
export function hasFields(sequence: Uint8Array): boolean {
  const bits = new Bits(withoutGuards(sequence));
  bits.skip(8);
  const profile = bits.read(8);
  bits.skip(16);
  bits.number();
  if (HIGH.has(profile)) skipHigh(bits);
  bits.number();
  const order = bits.number();
  if (order === 0) bits.number();
  else if (order === 1) {
    bits.skip(1);
    bits.number();
    bits.number();
    for (let count = bits.number(); count > 0; count--) bits.number();
  }
  bits.number();
  bits.skip(1);
  bits.number();
  bits.number();
  // `frame_mbs_only_flag`
  return !bits.isOver && bits.read(1) === 0;
}

function skipHigh(bits: Bits): void {
  const chroma = bits.number();
  if (chroma === 3) bits.skip(1);
  bits.number();
  bits.number();
  bits.skip(1);
  if (bits.read(1) === 0) return;
  for (let list = 0; list < (chroma === 3 ? 12 : 8); list++)
    if (bits.read(1) === 1) skipScaling(bits, list < 6 ? 16 : 64);
}

function skipScaling(bits: Bits, size: number): void {
  let last = 8;
  for (let i = 0; i < size && last !== 0; i++) {
    const code = bits.number();
    last = (last + (code & 1 ? (code + 1) >> 1 : -(code >> 1)) + 256) % 256;
  }
}

/** Without the 3 that keeps two zeros from looking like the beginning of a unit. */
function withoutGuards(unit: Uint8Array): Uint8Array {
  return unit.filter((byte, at) => !(byte === 3 && at > 1 && unit[at - 1] === 0 && unit[at - 2] === 0));
}

/** Reads numbers bit by bit. Behind the end everything is 1. */
class Bits {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get isOver(): boolean {
    return this.at >= 8 * this.bytes.length;
  }

  skip(count: number): void {
    this.at += count;
  }

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.at++)
      value = 2 * value + (((this.bytes[this.at >> 3] ?? 255) >> (7 - (this.at & 7))) & 1);
    return value;
  }

  /** A number of any length (`ue(v)`). */
  number(): number {
    let zeros = 0;
    while (this.read(1) === 0) zeros++;
    return 2 ** zeros - 1 + this.read(zeros);
  }
}
