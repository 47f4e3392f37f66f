import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StreamTargetChunk } from 'mediabunny';
import { expect, test } from 'vitest';
import '../../../fixtures/with-resolvers.ts';
import { SegmentConcatenator } from '../../../../src/record/convert/segment-concatenator.ts';
import { FilmWriter } from '../../../../src/record/file/writer.ts';
import { decodeErrors, decodePictures, noFfmpeg, probe } from '../../../fixtures/ffmpeg.ts';

const run = promisify(execFile);

test.skipIf(noFfmpeg)('parts of two encoders become one film that plays', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portoon-parts-'));
  const at = (name: string) => join(folder, name);
  try {
    // One colour each, so that decoding with the other part's parameters would show.
    const parts = [
      ['one', 'white', '-profile:v baseline -preset ultrafast', 0],
      ['two', 'gray', '-profile:v high -preset slow -bf 2 -refs 4', 1],
    ] as const;
    for (const [name, colour, encoder] of parts) {
      const source = `-v error -f lavfi -i color=${colour}:s=64x64:r=10:d=1 -c:v libx264 -pix_fmt yuv420p ${encoder}`;
      await run('ffmpeg', [...source.split(' '), at(`${name}.mp4`)]);
    }
    const films = await Promise.all(
      parts.map(async ([name, , , from]) => moved(new Blob([await readFile(at(`${name}.mp4`))]), from)),
    );
    await writeFile(at('joined.mp4'), await written(await SegmentConcatenator.open(films), 0, false));
    const { pictures } = await probe(at('joined.mp4'));
    expect(pictures).toHaveLength(20);
    for (const [index, time] of pictures.entries()) expect(time).toBeCloseTo(index / 10, 2);
    expect(await decodeErrors(at('joined.mp4'))).toBe('');
    const shown = await decodePictures(at('joined.mp4'), { pixels: 'gray', size: '1:1' });
    expect([...shown].map((level) => (level > 200 ? 'white' : 'gray'))).toEqual([
      ...Array<string>(10).fill('white'),
      ...Array<string>(10).fill('gray'),
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** A film that begins later, as a part does. */
async function moved(film: Blob, seconds: number): Promise<Blob> {
  return new Blob([await written(await SegmentConcatenator.open([film]), seconds, true)]);
}

async function written(
  joined: SegmentConcatenator,
  seconds: number,
  fragmented: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = new Uint8Array(1 << 20);
  const sink = new WritableStream<StreamTargetChunk>({
    write: ({ data, position }) => {
      file.set(data, position);
    },
  });
  const writer = await FilmWriter.open({
    container: 'mp4',
    sink,
    video: { copied: joined.codec },
    fragmented,
  });
  for await (const { packet, meta } of joined.packets())
    await writer.addPicturePacket(packet.clone({ timestamp: packet.timestamp + seconds }), meta);
  await writer.finish();
  return file.slice(0, writer.bytes);
}
