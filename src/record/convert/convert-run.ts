import { PortoonError } from '../../common/errors.ts';
import type {
  ConvertRequest,
  ConvertProgress,
  ConvertResult,
  SegmentRange,
  JoinRequest,
} from '../convert-protocol.ts';
import { nameOfCodec } from '../film/codec-names.ts';
import { toConstantRate } from './constant-rate.ts';
import { openDestination } from '../file/destination.ts';
import { FilmReader, type FilmFrame, type FrameRange } from '../film/film-reader.ts';
import { formatOf } from '../formats.ts';
import { checkFrameRate, planDrawnPictures } from './drawn-pictures.ts';
import { cutShort, damaged, interlaced } from './film-warnings.ts';
import { concealedFrames, noFrame, planConcatenation, type PicturePlan } from './segment-concatenator.ts';
import { PictureWriter } from './picture-writer.ts';
import { planSound, silence } from '../sound/sound-plan.ts';
import { FilmWriter } from '../file/writer.ts';

/** Frames in the effect at once: one is processed while the next one waits. */
const FRAMES_IN_FLIGHT = 2;
/** Sound goes into the file at most this many seconds before the pictures that it belongs to. */
const SOUND_AHEAD = 1;
/** Milliseconds between two progress reports. */
const REPORT_MS = 250;

/** Seconds on the film's own clock: what becomes the new film, or a segment of it. */
export function rangeOf(
  { begin, info }: FilmReader,
  { trim, name }: ConvertRequest | JoinRequest,
): [number, number] {
  const { from = 0, to = Infinity } = trim ?? {};
  if (from < info.seconds && from < to) return [begin + from, begin + to];
  throw new PortoonError(
    'ERR_PARAMETER',
    `From ${from} s to ${to} s nothing is left of “${name}”, which lasts ${info.seconds.toFixed(2)} s.`,
    'Choose an earlier beginning, or a later end.',
  );
}

class Cancelled extends Error {}

/** One film, or a segment of one: each frame drawn by the effect, or joined from segments. */
export class Run {
  private frames = 0;
  /** Microseconds of the film that are in the file. */
  private position = 0;
  /** Seconds: where the sound is. */
  private heard = 0;
  private cancelled = false;
  private readonly cancelling = Promise.withResolvers<never>();
  /** Resolves when the run may continue. */
  private gate = Promise.withResolvers<undefined>();
  private pausedAt: number | null = null;
  /** Milliseconds; moved forward by each pause. */
  private began = performance.now();
  private reportedAt = 0;
  private writer: FilmWriter | null = null;
  /** Seconds: where in the film the segment begins, and how long it is. */
  private first = 0;
  private total = 0;
  /** Wakes the sound when the pictures are further on. */
  private further = Promise.withResolvers<undefined>();
  private picturesDone = false;

  constructor(
    private readonly request: ConvertRequest | JoinRequest,
    /** Composites the next frame, which it closes; null where segments are joined. */
    private readonly draw: ((frame: VideoFrame) => Promise<VideoFrame>) | null,
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
    const reader = await FilmReader.open(this.request.film, this.request.name);
    try {
      return await this.convertFrom(reader);
    } catch (error) {
      if (error instanceof Cancelled) return null;
      throw error instanceof PortoonError ? error : ((await reader.explainChange()) ?? error);
    } finally {
      reader.close();
    }
  }

  private get segment(): SegmentRange | undefined {
    return 'segments' in this.request ? undefined : this.request.segment;
  }

  private async convertFrom(reader: FilmReader): Promise<ConvertResult> {
    const [from, to] = rangeOf(reader, this.request);
    checkFrameRate(this.request.frameRate);
    const { segment } = this;
    const end = Math.min(segment?.to ?? to, reader.begin + reader.info.seconds);
    this.first = segment ? segment.from - from : 0;
    this.total = end - (segment?.from ?? from);
    const format = formatOf(this.request.format);
    const container = format.container === 'mp4' ? 'mp4' : 'webm';
    const pictures =
      'segments' in this.request
        ? await planConcatenation(
            this.request,
            { alpha: format.alpha, frameRate: this.request.frameRate },
            {
              wrote: (position) => {
                this.throwIfCancelled();
                this.wrote(position);
              },
              ended: () => {
                this.picturesEnded();
              },
            },
          )
        : await this.drawn(reader, format.alpha, {
            origin: from,
            from: Math.max(from, segment ? segment.from - segment.runUp : from),
            kept: segment?.from ?? from,
            to: segment?.to ?? to,
            // At a constant rate the frame after a segment says when the segment's last frame ends.
            ...(this.request.frameRate !== undefined && segment ? { readTo: to } : {}),
          });
    const sound = segment ? silence : await planSound(reader.sounds, container);
    const destination = await openDestination(this.request.to);
    let writer: FilmWriter;
    try {
      writer = await FilmWriter.open({
        container,
        sink: destination.sink,
        video: pictures.track,
        ...(sound.track ? { audio: sound.track } : {}),
        // A file in the browser's storage may outlive a crash, so it must play at any moment. A
        // file sent elsewhere is whole or absent, so it has one index. A segment's times begin
        // where the segment before ended, which only a file in pieces can express exactly.
        fragmented: this.request.to.kind === 'private' || segment !== undefined,
        labels: reader.labels,
      });
    } catch (error) {
      await destination.remove();
      throw error;
    }
    this.writer = writer;
    try {
      this.began = performance.now();
      const writing = [
        pictures.write(writer),
        sound.write(writer, from, to, (seconds) => this.reach(seconds)),
      ];
      try {
        await Promise.all(writing);
      } finally {
        // Picture and sound end together.
        this.cancel();
        await Promise.allSettled(writing);
      }
      // A film may break off before a segment of it begins.
      if (this.frames > 0) await writer.finish();
      else await writer.cancel();
    } catch (error) {
      await writer.cancel();
      await destination.remove();
      throw nothingKept(error);
    }
    this.report(true);
    const concealed = reader.concealed + ('segments' in this.request ? concealedFrames(this.request) : 0);
    return {
      frames: this.frames,
      width: pictures.width,
      height: pictures.height,
      seconds: this.position / 1e6,
      bytes: this.frames > 0 ? writer.bytes : 0,
      video: nameOfCodec(pictures.codec),
      audio: sound.codec && nameOfCodec(sound.codec),
      audioCopied: sound.copied,
      concealed,
      warnings: segment
        ? pictures.warnings
        : [
            ...reader.warnings,
            ...((await reader.isInterlaced()) ? [interlaced(this.request.name)] : []),
            ...sound.warnings,
            ...pictures.warnings,
            ...damaged(this.request.name, concealed, this.frames),
            ...this.cutShort(reader, to),
          ],
    };
  }

  /** Pictures that come out of the effect. */
  private async drawn(reader: FilmReader, alpha: boolean, range: FrameRange): Promise<PicturePlan> {
    const { frameRate } = this.request;
    const plan = await planDrawnPictures(this.request, reader.info, alpha);
    const { width, height } = plan;
    return {
      ...plan,
      write: (writer) => {
        const frames = reader.frames(range);
        return this.pictures(
          frameRate === undefined ? frames : toConstantRate(frames, frameRate, range.kept === range.origin),
          new PictureWriter(writer, [width, height], frameRate),
        );
      },
    };
  }

  private async pictures(frames: AsyncIterable<FilmFrame>, pictures: PictureWriter): Promise<void> {
    const underWay: { picture: Promise<VideoFrame>; runUp: boolean }[] = [];
    const writeFirst = async () => {
      const { runUp } = underWay[0]!;
      // An effect that died does not answer.
      const picture = await Promise.race([underWay[0]!.picture, this.cancelling.promise]);
      void underWay.shift();
      const { timestamp, duration } = picture;
      let written = 0;
      try {
        if (!runUp) written = await pictures.write(picture);
      } finally {
        picture.close();
      }
      if (runUp) this.report(false);
      else this.wrote(timestamp + (duration ?? 0), written);
    };
    try {
      for await (const { frame, runUp } of frames) {
        if (this.cancelled) {
          frame.close();
          break;
        }
        const picture = this.draw!(frame);
        // A failure is thrown when this picture's turn comes.
        picture.catch(() => undefined);
        underWay.push({ picture, runUp });
        if (underWay.length >= FRAMES_IN_FLIGHT) await writeFirst();
        await this.gate.promise;
      }
      this.throwIfCancelled();
      while (underWay.length > 0) await writeFirst();
      if (this.frames === 0 && !this.segment) throw noFrame(this.request.name);
    } finally {
      this.picturesEnded();
      for (const { picture } of underWay)
        void picture.then(
          (unused) => {
            unused.close();
          },
          () => undefined,
        );
    }
  }

  /** @param position - microseconds of the film that are in the file now. */
  private wrote(position: number, frames = 1): void {
    this.frames += frames;
    this.position = position;
    this.wakeSound();
    this.report(false);
  }

  /** Resolves when the pictures have come so far that sound of that moment may go into the file. */
  private async reach(seconds: number): Promise<void> {
    this.heard = seconds;
    while (!this.picturesDone && !this.cancelled && seconds > this.position / 1e6 + SOUND_AHEAD)
      await this.further.promise;
    this.throwIfCancelled();
  }

  private picturesEnded(): void {
    this.picturesDone = true;
    this.wakeSound();
  }

  private wakeSound(): void {
    this.further.resolve(undefined);
    this.further = Promise.withResolvers();
  }

  private throwIfCancelled(): void {
    if (this.cancelled) throw new Cancelled();
  }

  private cutShort({ begin, info }: FilmReader, to: number): string[] {
    const expected = Math.min(to - begin, info.seconds) - (this.request.trim?.from ?? 0);
    // The sound of some films is longer than their pictures.
    const there = Math.max(this.position / 1e6, this.heard);
    return cutShort(this.request.name, there, expected);
  }

  private report(last: boolean): void {
    const now = performance.now();
    if (!last && now - this.reportedAt < REPORT_MS) return;
    this.reportedAt = now;
    const { total } = this;
    const elapsed = (now - this.began) / 1000;
    const seconds = Math.max(0, Math.min(total, this.position / 1e6 - this.first));
    this.onProgress({
      frames: this.frames,
      seconds,
      total,
      rate: elapsed > 0 ? this.frames / elapsed : 0,
      left: elapsed > 1 && seconds > 0 ? (elapsed / seconds) * (total - seconds) : null,
      bytes: this.writer?.bytes ?? 0,
    });
  }
}

/** Corrects the way out: of a recording the written part is kept, of a film nothing. */
function nothingKept(error: unknown): unknown {
  const isWriting = error instanceof PortoonError && /DISK_FULL|FILE_WRITE/.test(error.code);
  if (!isWriting) return error;
  return new PortoonError(error.code, error.message, 'Free some space, or choose another place.', {
    cause: error,
  });
}
