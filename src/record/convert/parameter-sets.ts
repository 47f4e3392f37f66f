/** H.264's parameter sets, which an MP4 keeps beside its packets. */

/**
 * The parameter sets of a decoder's configuration, as packets of our files hold them: each after
 * its length in four bytes.
 * @param description - an AVCDecoderConfigurationRecord.
 */
export function parameterUnits(description: AllowSharedBufferSource): Uint8Array {
  const record = bytesOf(description);
  const units: number[] = [];
  let at = 5;
  // First the sequence's sets, then the pictures'; their counts stand before them.
  for (const mask of [0x1f, 0xff]) {
    const count = record[at++]! & mask;
    for (let index = 0; index < count; index++) {
      const length = (record[at]! << 8) | record[at + 1]!;
      units.push(0, 0, record[at]!, record[at + 1]!, ...record.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return Uint8Array.from(units);
}

/** Puts parameter sets before the picture in a packet. */
export function withParameters(units: Uint8Array, packet: Uint8Array): Uint8Array {
  const data = new Uint8Array(units.length + packet.length);
  data.set(units);
  data.set(packet, units.length);
  return data;
}

/** Whether two decoders are configured alike. */
export function isSameDescription(
  one: AllowSharedBufferSource | undefined,
  other: AllowSharedBufferSource | undefined,
): boolean {
  if (!one || !other) return one === other;
  const [a, b] = [bytesOf(one), bytesOf(other)];
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
