import {
  BlobSource,
  EncodedPacketSink,
  Input,
  MP4,
  WEBM,
  type EncodedPacket,
  type InputAudioTrack,
  type InputVideoTrack,
} from 'mediabunny';
import { readMetadata } from '../film/film-metadata.ts';
import { readMp4Index } from '../film/mp4-index.ts';
import { FilmWriter, type WriterOptions } from './writer.ts';

/**
 * Copies a film packet by packet, without encoding, into one piece with an index and its true
 * length, as old players and chat programs need it. The last piece of a film that a crash cut off
 * may be missing.
 * @returns whether the film had any picture.
 */
export async function remuxClip(file: Blob, { container, sink }: Pick<WriterOptions, 'container' | 'sink'>) {
  using input = new Input({ source: new BlobSource(file), formats: [MP4, WEBM] });
  const picture = await input.getPrimaryVideoTrack();
  const sound = await input.getPrimaryAudioTrack();
  const video = await picture?.getCodec();
  const audio = await sound?.getCodec();
  if (!picture || !video) {
    await sink.abort();
    return false;
  }
  const writer = await FilmWriter.open({
    container,
    sink,
    video: { copied: video, alpha: await picture.canBeTransparent() },
    ...(audio ? { audio: { copied: audio } } : {}),
    fragmented: false,
    labels: await readMetadata(file, input, container === 'mp4' ? await readMp4Index(file) : null),
  });
  try {
    await copy(writer, picture, audio ? sound : null);
    await writer.finish();
    return true;
  } catch (error) {
    await writer.cancel();
    throw error;
  }
}

/** In the order of time, so that neither track waits for the other in memory. */
async function copy(writer: FilmWriter, picture: InputVideoTrack, sound: InputAudioTrack | null) {
  const pictureMeta = metaOf(await picture.getDecoderConfig());
  const soundMeta = metaOf((await sound?.getDecoderConfig()) ?? null);
  const sounds = sound && packetsOf(new EncodedPacketSink(sound));
  let nextSound = await sounds?.next();
  const copySoundUntil = async (seconds: number) => {
    while (sounds && nextSound?.value && nextSound.value.timestamp <= seconds) {
      await writer.addSoundPacket(nextSound.value, soundMeta);
      nextSound = await sounds.next();
    }
  };
  for await (const packet of packetsOf(new EncodedPacketSink(picture))) {
    await writer.addPicturePacket(packet, pictureMeta);
    await copySoundUntil(packet.timestamp);
  }
  await copySoundUntil(Infinity);
}

function metaOf<Config>(decoderConfig: Config | null): { decoderConfig: Config } | undefined {
  return decoderConfig ? { decoderConfig } : undefined;
}

/** Up to where the file is whole: a piece that was cut off ends it. */
async function* packetsOf(sink: EncodedPacketSink): AsyncGenerator<EncodedPacket, undefined> {
  try {
    for (let packet = await sink.getFirstPacket(); packet; packet = await sink.getNextPacket(packet))
      yield packet;
  } catch {
    // What came before it is whole.
  }
  return undefined;
}
