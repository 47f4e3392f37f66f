/** The types that cross the boundary of the record worker, nothing else. */
import type { AudioCodec, VideoCodec } from 'mediabunny';
import type { Fault } from '../common/errors.ts';
import type { FormatId } from './formats.ts';

export interface RecordingJob {
  format: FormatId;
  video: VideoCodec | null;
  audio: AudioCodec | null;
  /**
   * Frames a second for a constant rate; null where each frame keeps its own time. Not for GIF and
   * PNG.
   */
  rate: number | null;
  /** The clip's file name, without what marks it as unfinished. */
  name: string;
  /** The other end is the effect's: composites come here. */
  frames: MessagePort;
  /** The microphone's sound, or null for a silent clip. */
  sound: ReadableStream<AudioData> | null;
  /**
   * Set where the page's MediaRecorder encodes: frames go here, and pieces of the file come back
   * through `addPiece`.
   */
  mediaRecorder: WritableStream<VideoFrame> | null;
}

interface RecordingState {
  /** Of the clip, without pauses. */
  seconds: number;
  bytes: number;
}

/** What the worker says unasked. */
export type RecordingNotice =
  | { type: 'progress'; state: RecordingState }
  /** The format takes no more: stop now. */
  | { type: 'full' }
  /** The recording ended by itself. What was written is kept. */
  | { type: 'fault'; fault: Fault };

/** What the page may ask of the worker, over Comlink. Neither frames nor sound come this way. */
export interface RecordWorkerApi {
  start(job: RecordingJob, notify: (notice: RecordingNotice) => void): Promise<void>;
  /** The effect's worker was replaced: composites come from here now. */
  retap(frames: MessagePort): void;
  /** The next bytes of a clip that is recorded on the page. */
  addPiece(piece: Uint8Array): Promise<void>;
  /** The sound of what is recorded or kept comes from here now. */
  listen(sound: ReadableStream<AudioData>): void;
  pause(): void;
  resume(): void;
  /**
   * Ends the clip and completes its file. Returns the file's name, or null if there was nothing to
   * write.
   */
  stop(): Promise<string | null>;
  /** Keeps the last seconds in memory from now on; ends with `stopReplay`. */
  startReplay(job: RecordingJob, seconds: number, notify: (notice: RecordingNotice) => void): Promise<void>;
  stopReplay(): Promise<void>;
  /** Writes the kept seconds to a file. Its name, or null if there is nothing yet. */
  saveReplay(name: string): Promise<string | null>;
  /** Makes a whole file of one that a crash left unfinished. Its name. */
  repair(name: string): Promise<string>;
}
