import {
  BufferSource,
  EncodedPacket,
  EncodedPacketSink,
  Input,
  WEBM,
  type StreamTargetChunk,
} from 'mediabunny';
import { expect, it } from 'vitest';
import { PacketRingBuffer } from '../../../../src/record/clip/packet-ring-buffer.ts';
import { collectFile } from './collect-file.ts';

const VP9 = { decoderConfig: { codec: 'vp09.00.30.08', codedWidth: 64, codedHeight: 64 } };
const OPUS = { decoderConfig: { codec: 'opus', numberOfChannels: 1, sampleRate: 48_000 } };

/**
 * A minute at 10 frames a second, with a key frame every 2 seconds and sound in packets of 20 ms.
 */
function minute(ring: PacketRingBuffer): void {
  for (let i = 0; i < 600; i++) {
    ring.addPicture(
      new EncodedPacket(Uint8Array.of(i & 255, i >> 8), i % 20 === 0 ? 'key' : 'delta', i / 10, 0.1),
      i === 0 ? VP9 : undefined,
    );
    for (let j = 0; j < 5; j++)
      ring.addSound(
        new EncodedPacket(Uint8Array.of(252, j), 'key', i / 10 + j / 50, 0.02),
        i + j === 0 ? OPUS : undefined,
      );
  }
}

async function written(ring: PacketRingBuffer): Promise<Uint8Array> {
  const { sink, bytes } = collectFile();
  expect(await ring.write({ container: 'webm', sink }, 'vp9', 'opus', false)).toBe(true);
  return bytes();
}

it('keeps the last seconds, from a key frame on, and writes them from zero', async () => {
  const ring = new PacketRingBuffer(15);
  minute(ring);
  using input = new Input({ source: new BufferSource(await written(ring)), formats: [WEBM] });
  const picture = new EncodedPacketSink((await input.getPrimaryVideoTrack())!);
  const first = (await picture.getFirstPacket())!;
  expect(first.type).toBe('key');
  expect(first.timestamp).toBe(0);
  // The minute ends at 59.9 s. The newest key frame came at 58 s, and the one at least 15 s older
  // at 42 s.
  expect(Array.from(first.data)).toEqual([420 & 255, 420 >> 8]);
  expect(await input.computeDuration()).toBeCloseTo(17.9, 1);
  const sound = (await new EncodedPacketSink((await input.getPrimaryAudioTrack())!).getFirstPacket())!;
  expect(sound.timestamp).toBe(0);
});

it('has nothing to write before the first picture', async () => {
  const sink = new WritableStream<StreamTargetChunk>();
  expect(await new PacketRingBuffer(15).write({ container: 'webm', sink }, 'vp9', 'opus', false)).toBe(false);
});
