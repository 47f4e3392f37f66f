import * as Comlink from 'comlink';
import { PortoonError } from '../common/errors.ts';
import { filmAt, type Film } from '../effect/film-client.ts';
import type {
  ConvertOrder,
  ConvertProgress,
  ConvertResult,
  ConvertWorkerApi,
  FilmInfo,
  FilmSource,
} from './convert-protocol.ts';
import { openDestination } from './destination.ts';
import { FilmReader, nameOfCodec } from './film-reader.ts';
import { formatOf, offerOf } from './formats.ts';
import { Padding } from './padding.ts';
import { FilmWriter } from './writer.ts';
import { planSound } from './sound-plan.ts';

/** Frames in the effect at once: one is processed while the next one waits. */
const AHEAD = 2;
/** Sound goes into the file at most so many seconds before the pictures that it belongs to. */
const SOUND_AHEAD = 1;
/** Milliseconds between two progress reports. */
const TELL_EACH = 250;
/** A film that ends this many seconds before its stated duration was cut short. */
const MISSING = 0.25;

/**
 * Converts one film after the other: reads it, sends each frame through the effect, writes what
 * comes back.
 */
class ConvertWorker implements ConvertWorkerApi {
  private run: Run | null = null;
  private paused = false;

  async inspect(film: FilmSource, name: string): Promise<FilmInfo> {
    const reader = await FilmReader.open(film, name);
    reader.close();
    return reader.info;
  }

  async convert(
    order: ConvertOrder,
    effect: MessagePort,
    onProgress: (progress: ConvertProgress) => void,
  ): Promise<ConvertResult | null> {
    const film = filmAt(effect);
    const run = new Run(order, film, onProgress);
    this.run = run;
    run.pause(this.paused);
    try {
      return await run.convert();
    } finally {
      film.close();
      if (this.run === run) this.run = null;
    }
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.run?.pause(paused);
  }

  cancel(): void {
    this.run?.cancel();
  }
}

class Cancelled extends Error {}

class Run {
  private frames = 0;
  /** Microseconds of the film that are in the file. */
  private position = 0;
  /** Seconds: where the sound is. */
  private heard = 0;
  private cancelled = false;
  private readonly cancelling = Promise.withResolvers<never>();
  /** Resolves while the run may go on. */
  private gate = Promise.withResolvers<undefined>();
  private pausedAt: number | null = null;
  /** Milliseconds; moved forward by each pause. */
  private began = performance.now();
  private told = 0;
  /** Wakes the sound when the pictures are further on. */
  private further = Promise.withResolvers<undefined>();
  private picturesDone = false;
  private readonly padding = new Padding();

  constructor(
    private readonly order: ConvertOrder,
    private readonly film: Film,
    private readonly onProgress: (progress: ConvertProgress) => void,
  ) {
    this.gate.resolve(undefined);
    this.cancelling.promise.catch(() => undefined);
  }

  pause(paused: boolean): void {
    if (paused === (this.pausedAt !== null)) return;
    const now = performance.now();
    if (paused) {
      this.pausedAt = now;
      this.gate = Promise.withResolvers();
    } else {
      this.began += now - this.pausedAt!;
      this.pausedAt = null;
      this.gate.resolve(undefined);
    }
  }

  cancel(): void {
    this.cancelled = true;
    this.cancelling.reject(new Cancelled());
    this.gate.resolve(undefined);
    this.further.resolve(undefined);
  }

  async convert(): Promise<ConvertResult | null> {
    const reader = await FilmReader.open(this.order.film, this.order.name);
    try {
      return await this.convertFrom(reader);
    } catch (error) {
      if (error instanceof Cancelled) return null;
      throw error;
    } finally {
      reader.close();
    }
  }

  private async convertFrom(reader: FilmReader): Promise<ConvertResult> {
    const { info, begin } = reader;
    const [from, to] = this.range(reader);
    const format = formatOf(this.order.format);
    const container = format.container === 'mp4' ? 'mp4' : 'webm';
    const video = await this.videoCodec(info);
    // H.264 has no odd sizes: the last line comes twice.
    const padded = video === 'avc' && (info.width % 2 === 1 || info.height % 2 === 1);
    const width = padded ? (info.width + 1) & ~1 : info.width;
    const height = padded ? (info.height + 1) & ~1 : info.height;
    const sound = await planSound(reader, container);
    const destination = await openDestination(this.order.to);
    let writer: FilmWriter;
    try {
      writer = await FilmWriter.open({
        container,
        sink: destination.sink,
        video: { codec: video, alpha: format.alpha, latency: 'quality' },
        ...(sound.track ? { audio: sound.track } : {}),
        // A file in the browser's storage may outlive a crash, so it must play at any moment. A
        // file sent elsewhere is whole or absent, so its index may come last.
        fragmented: this.order.to.kind === 'private',
      });
    } catch (error) {
      await destination.remove();
      throw error;
    }
    const total = Math.min(to, begin + info.seconds) - from;
    try {
      this.began = performance.now();
      const writing = [
        this.pictures(reader, writer, from, to, [width, height], total),
        sound.write(writer, from, to, (seconds) => this.reach(seconds)),
      ];
      try {
        await Promise.all(writing);
      } finally {
        // The other one has an end too.
        this.cancel();
        await Promise.allSettled(writing);
      }
      await writer.finish();
    } catch (error) {
      await writer.cancel();
      await destination.remove();
      throw error;
    }
    this.tell(writer, total, true);
    return {
      frames: this.frames,
      width,
      height,
      seconds: this.position / 1e6,
      bytes: writer.bytes,
      video: nameOfCodec(video),
      audio: sound.codec && nameOfCodec(sound.codec),
      audioCopied: sound.copied,
      mended: reader.mended,
      warnings: [
        ...reader.warnings,
        ...sound.warnings,
        ...(padded
          ? [
              `H.264 has no odd sizes: ${info.width} × ${info.height} became ${width} × ${height}, the last line comes twice. A WebM keeps the size.`,
            ]
          : []),
        ...(reader.mended > 0
          ? [
              `${reader.mended} of ${this.frames} frames are damaged in “${this.order.name}”: the picture before stands in their place.`,
            ]
          : []),
        ...this.cutShort(reader, to),
      ],
    };
  }

  /** Seconds on the film's own clock. */
  private range({ begin, info }: FilmReader): [from: number, to: number] {
    const { from = 0, to = Infinity } = this.order.trim ?? {};
    if (from < info.seconds && from < to) return [begin + from, begin + to];
    throw new PortoonError(
      'ERR_PARAMETER',
      `From ${from} s to ${to} s nothing is left of “${this.order.name}”, which lasts ${info.seconds.toFixed(2)} s.`,
      'Choose an earlier beginning, or a later end.',
    );
  }

  private async videoCodec({ width, height }: FilmInfo) {
    const format = formatOf(this.order.format);
    const offer = await offerOf(format, { width: (width + 1) & ~1, height: (height + 1) & ~1 });
    if (offer.video) return offer.video;
    throw new PortoonError(
      'ERR_UNSUPPORTED_BROWSER',
      `This browser cannot encode ${format.title} at ${width} × ${height}.`,
      'Choose another format, or make the film smaller first.',
    );
  }

  private async pictures(
    reader: FilmReader,
    writer: FilmWriter,
    from: number,
    to: number,
    size: readonly [width: number, height: number],
    total: number,
  ): Promise<void> {
    const underWay: Promise<VideoFrame>[] = [];
    const writeFirst = async () => {
      // An effect that died does not answer.
      const picture = await Promise.race([underWay[0]!, this.cancelling.promise]);
      void underWay.shift();
      const { timestamp, duration } = picture;
      try {
        await this.write(writer, picture, size);
      } finally {
        picture.close();
      }
      this.frames++;
      this.position = timestamp + (duration ?? 0);
      this.wakeSound();
      this.tell(writer, total, false);
    };
    try {
      for await (const frame of reader.frames(from, to)) {
        if (this.cancelled) {
          frame.close();
          break;
        }
        const picture = this.film.picture(frame);
        // Heard of when its turn comes.
        picture.catch(() => undefined);
        underWay.push(picture);
        if (underWay.length >= AHEAD) await writeFirst();
        await this.gate.promise;
      }
      this.throwIfCancelled();
      while (underWay.length > 0) await writeFirst();
      if (this.frames === 0)
        throw new PortoonError(
          'ERR_VIDEO_UNREADABLE',
          `“${this.order.name}” has no frame that could be decoded.`,
          'It is cut short or damaged: copy or download it again.',
        );
    } finally {
      this.picturesDone = true;
      this.wakeSound();
      for (const picture of underWay)
        void picture.then(
          (unused) => {
            unused.close();
          },
          () => undefined,
        );
    }
  }

  private async write(
    writer: FilmWriter,
    picture: VideoFrame,
    [width, height]: readonly [number, number],
  ): Promise<void> {
    if (picture.displayWidth === width && picture.displayHeight === height) return writer.addFrame(picture);
    const padded = this.padding.pad(picture, width, height);
    try {
      await writer.addFrame(padded);
    } finally {
      padded.close();
    }
  }

  /** Resolves when the pictures have come so far that sound of that moment may go into the file. */
  private async reach(seconds: number): Promise<void> {
    this.heard = seconds;
    while (!this.picturesDone && !this.cancelled && seconds > this.position / 1e6 + SOUND_AHEAD)
      await this.further.promise;
    this.throwIfCancelled();
  }

  private wakeSound(): void {
    this.further.resolve(undefined);
    this.further = Promise.withResolvers();
  }

  private throwIfCancelled(): void {
    if (this.cancelled) throw new Cancelled();
  }

  private cutShort({ begin, info }: FilmReader, to: number): string[] {
    const expected = Math.min(to - begin, info.seconds) - (this.order.trim?.from ?? 0);
    // Some films go on for a while with nothing but sound.
    const there = Math.max(this.position / 1e6, this.heard);
    if (there >= expected - MISSING) return [];
    return [
      `“${this.order.name}” breaks off after ${there.toFixed(1)} s of ${expected.toFixed(1)} s: what was there is converted. ` +
        'Copy or download it again for the rest.',
    ];
  }

  private tell(writer: FilmWriter, total: number, last: boolean): void {
    const now = performance.now();
    if (!last && now - this.told < TELL_EACH) return;
    this.told = now;
    const elapsed = (now - this.began) / 1000;
    const seconds = Math.min(total, this.position / 1e6);
    this.onProgress({
      frames: this.frames,
      seconds,
      total,
      rate: elapsed > 0 ? this.frames / elapsed : 0,
      left: elapsed > 1 && seconds > 0 ? (elapsed / seconds) * (total - seconds) : null,
      bytes: writer.bytes,
    });
  }
}

Comlink.expose(new ConvertWorker());
