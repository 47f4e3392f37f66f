import { PortoonError } from '../../common/errors.ts';
import { createWritableTrack } from '../../media/track.ts';

/** Milliseconds of a clip that may be lost in a crash. */
const PIECE = 1000;

/**
 * One clip, encoded by the browser's MediaRecorder. Write frames to `pictures`; pieces of the file
 * come back.
 */
export class MediaRecording {
  /** Transferable. */
  readonly pictures: WritableStream<VideoFrame>;
  private readonly track: MediaStreamTrack;
  private readonly recorder: MediaRecorder;
  private readonly ended = Promise.withResolvers<undefined>();
  /** Pieces, one after the other. */
  private given: Promise<void> = Promise.resolve();

  /**
   * @param type - a media type that this browser's recorder takes.
   * @param sound - stays the caller's; null for a silent clip.
   */
  constructor(
    type: string,
    sound: MediaStreamTrack | null,
    give: (piece: Uint8Array) => Promise<void>,
    onFailure: (error: PortoonError) => void,
  ) {
    const { track, frames } = createWritableTrack();
    this.track = track;
    this.pictures = frames;
    this.recorder = new MediaRecorder(new MediaStream(sound ? [track, sound] : [track]), {
      mimeType: type,
      // A piece of an MP4 begins with a key frame. TypeScript's DOM library does not know this yet.
      ...{ videoKeyFrameIntervalDuration: PIECE },
    });
    this.recorder.addEventListener('dataavailable', ({ data }) => {
      if (data.size > 0)
        this.given = this.given.then(async () => {
          await give(new Uint8Array(await data.arrayBuffer()));
        });
      // The worker died, so nobody takes the data any more.
      this.given.catch(() => {
        if (this.recorder.state !== 'inactive') this.recorder.stop();
      });
    });
    this.recorder.addEventListener('stop', () => {
      this.ended.resolve(undefined);
    });
    this.recorder.addEventListener('error', () => {
      onFailure(
        new PortoonError(
          'ERR_RECORDING',
          'The browser’s recorder stopped.',
          'What was recorded so far is kept. Record again.',
        ),
      );
    });
  }

  start(): void {
    this.recorder.start(PIECE);
  }

  pause(): void {
    this.recorder.pause();
  }

  resume(): void {
    this.recorder.resume();
  }

  /** Resolves when the last chunk has been delivered. */
  async stop(): Promise<void> {
    if (this.recorder.state !== 'inactive') {
      this.recorder.stop();
      await this.ended.promise;
    }
    this.track.stop();
    await this.given.catch(() => undefined);
  }
}
