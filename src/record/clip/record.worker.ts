import * as Comlink from 'comlink';
import '../../common/error-transfer.ts';
import { type Fault, faultOf, PortoonError } from '../../common/errors.ts';
import {
  finishedFile,
  markFinished,
  removeClip,
  removeFinished,
  removeUnfinished,
  unfinishedFile,
} from '../file/folder.ts';
import { formatOf, type Format } from '../formats.ts';
import { remuxClip } from '../file/remux-clip.ts';
import { MovingGif } from './moving-gif.ts';
import type { RecordingJob, RecordingNotice, RecordWorkerApi } from '../recording-protocol.ts';
import { MediaRecorderWriter } from './media-recorder-writer.ts';
import { PacketRingBuffer } from './packet-ring-buffer.ts';
import { ClipSession } from './clip-session.ts';
import { Still } from './still.ts';
import { VideoClipWriter, type ClipWriter } from './clip-writer.ts';
import { privateFile } from '../file/private-file.ts';

/** Milliseconds between two progress reports. */
const BEAT = 500;

interface Running {
  job: RecordingJob;
  format: Format;
  writer: ClipWriter;
  session: ClipSession;
  beat: number;
  failed: boolean;
  notify: (notice: RecordingNotice) => void;
}

/** Encodes and writes, away from the page and from the effect. */
class RecordWorker implements RecordWorkerApi {
  private running: Running | null = null;
  private replay: (Running & { ring: PacketRingBuffer }) | null = null;

  async start(job: RecordingJob, notify: (notice: RecordingNotice) => void): Promise<void> {
    const handle = await (await unfinishedFile(job.name)).createSyncAccessHandle();
    this.running = this.run(job, writerOf(job, privateFile(handle)), notify);
  }

  retap(frames: MessagePort): void {
    (this.running ?? this.replay)?.session.tap(frames);
  }

  listen(sound: ReadableStream<AudioData>): void {
    const at = this.running ?? this.replay;
    // A clip that began silent has no place for sound.
    if (at?.job.sound) this.listenTo(at.session, sound);
    else void sound.cancel();
  }

  private listenTo(session: ClipSession, sound: ReadableStream<AudioData>): void {
    session.listen(sound).catch((error: unknown) => {
      console.warn('The sound ended early:', error);
    });
  }

  async addPiece(piece: Uint8Array): Promise<void> {
    if (this.running?.writer instanceof MediaRecorderWriter) await this.running.writer.addPiece(piece);
  }

  pause(): void {
    this.running?.session.pause();
  }

  resume(): void {
    this.running?.session.resume();
  }

  async stop(): Promise<string | null> {
    const { running } = this;
    this.running = null;
    if (!running) return null;
    const { job, format, writer } = running;
    await this.leave(running);
    if (writer.bytes === 0) {
      await writer.cancel();
      await removeClip(job.name);
      return null;
    }
    if (running.failed) {
      await writer.end();
      await cutTo(job.name, writer.bytes);
    } else await writer.finish();
    // A file that was cut off is completed like one that a crash left. Where there is no room for a
    // copy, it stays as it is and plays. MediaRecorder's files lack a length and the points from
    // which they can play, so they are completed too.
    const rough = running.failed || job.mediaRecorder !== null;
    if (format.container === 'mp4' || (rough && format.container === 'webm')) return this.repair(job.name);
    await markFinished(job.name);
    return job.name;
  }

  async startReplay(
    job: RecordingJob,
    seconds: number,
    notify: (notice: RecordingNotice) => void,
  ): Promise<void> {
    await this.stopReplay();
    const ring = new PacketRingBuffer(seconds);
    const format = formatOf(job.format);
    const writer = new VideoClipWriter({
      ...filmOf(job, format),
      sink: new WritableStream(),
      onPicture: (packet, meta) => {
        ring.addPicture(packet, meta);
      },
      onSound: (packet, meta) => {
        ring.addSound(packet, meta);
      },
    });
    this.replay = { ...this.run(job, writer, notify), ring };
  }

  async stopReplay(): Promise<void> {
    const { replay } = this;
    this.replay = null;
    if (!replay) return;
    await this.leave(replay);
    await replay.writer.cancel();
  }

  async saveReplay(name: string): Promise<string | null> {
    if (!this.replay) return null;
    const { ring, job, format } = this.replay;
    const { container, video } = filmOf(job, format);
    const sink = privateFile(await (await unfinishedFile(name)).createSyncAccessHandle(), true);
    try {
      const written = await ring.write({ container, sink }, video, job.audio, format.alpha);
      if (written) await markFinished(name);
      else await sink.abort();
      if (written) return name;
    } catch (error) {
      await removeUnfinished(name);
      throw error;
    }
    await removeUnfinished(name);
    return null;
  }

  async repair(name: string): Promise<string> {
    const handle = await unfinishedFile(name);
    const container = name.endsWith('.mp4') ? 'mp4' : name.endsWith('.webm') ? 'webm' : null;
    if (container && (await this.makeWhole(name, await handle.getFile(), container)))
      await removeUnfinished(name);
    else await markFinished(name);
    return name;
  }

  private async makeWhole(name: string, file: File, container: 'mp4' | 'webm'): Promise<boolean> {
    try {
      const sink = privateFile(await (await finishedFile(name)).createSyncAccessHandle(), true);
      if (await remuxClip(file, { container, sink })) return true;
    } catch (error) {
      console.warn('A clip could not be made whole and is kept as it is:', error);
    }
    await removeFinished(name);
    return false;
  }

  private run(job: RecordingJob, writer: ClipWriter, notify: (notice: RecordingNotice) => void): Running {
    const format = formatOf(job.format);
    const session = new ClipSession(writer, (error) => {
      running.failed = true;
      notify({ type: 'fault', fault: explain(error) });
    });
    const running: Running = { job, format, writer, session, notify, beat: 0, failed: false };
    running.beat = self.setInterval(() => {
      const { seconds } = session;
      notify({ type: 'progress', state: { seconds, bytes: writer.bytes } });
      if (writer.complete || seconds >= (format.longest ?? Infinity)) notify({ type: 'full' });
    }, BEAT);
    session.tap(job.frames);
    if (job.sound) this.listenTo(session, job.sound);
    return running;
  }

  private async leave({ session, beat, notify }: Running): Promise<void> {
    self.clearInterval(beat);
    await session.end();
    (notify as Comlink.Remote<typeof notify>)[Comlink.releaseProxy]();
  }
}

/** Half a piece, which a full disk left, would spoil the end of what plays. */
async function cutTo(name: string, bytes: number): Promise<void> {
  const handle = await (await unfinishedFile(name)).createSyncAccessHandle();
  if (handle.getSize() > bytes) handle.truncate(bytes);
  handle.close();
}

function writerOf(job: RecordingJob, sink: ReturnType<typeof privateFile>): ClipWriter {
  const format = formatOf(job.format);
  if (job.mediaRecorder) return new MediaRecorderWriter(sink, job.mediaRecorder);
  if (format.container === 'gif') return new MovingGif(sink);
  if (format.container === 'png') return new Still(sink);
  return new VideoClipWriter({ ...filmOf(job, format), sink });
}

function filmOf({ video, audio, sound, rate }: RecordingJob, { container, alpha }: Format) {
  if ((container !== 'mp4' && container !== 'webm') || video === null)
    throw new TypeError(`${container} is no film.`);
  return { container, video, audio: sound ? audio : null, alpha, rate };
}

function explain(error: unknown): Fault {
  if (error instanceof PortoonError) return faultOf(error);
  const detail = error instanceof Error ? error.message : String(error);
  return {
    code: 'ERR_RECORDING',
    message: `The recording stopped: ${detail.replace(/\.$/, '')}.`,
    wayOut: 'What was recorded so far is kept. Record again, or choose another format.',
  };
}

Comlink.expose(new RecordWorker());
