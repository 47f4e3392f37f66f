import * as Comlink from 'comlink';
import '../common/error-transfer.ts';
import { faultOf, PortoonError } from '../common/errors.ts';
import type { Effect, TapOptions } from '../effect/index.ts';
import { claim, nameClip } from './clip/clips.ts';
import type { FormatSupport } from './formats.ts';
import { MediaRecording } from './clip/media-recording.ts';
import type { RecordingJob, RecordingNotice, RecordWorkerApi } from './recording-protocol.ts';
import { soundOf } from './sound/sound.ts';

export interface RecordingOptions {
  readonly support: FormatSupport;
  /** The microphone, which stays the caller's; null for a silent clip. */
  readonly sound: MediaStreamTrack | null;
  /**
   * Records the people alone, and shows nothing else meanwhile, with any background of the look.
   * Default false.
   */
  readonly cutOut?: boolean;
  /**
   * Frames a second for a constant rate, as editors need it; null lets each frame keep its own
   * time. Default null. The browser's own recorder ignores it.
   */
  readonly rate?: number | null;
  readonly onNotice: (notice: RecordingNotice) => void;
}

/**
 * Records what the effect shows, one clip at a time. Frames go straight from the effect's worker to
 * the encoding worker. No replay is kept while a clip is recorded.
 */
export class Recorder {
  private readonly worker = new Worker(new URL('./clip/record.worker.ts', import.meta.url), {
    type: 'module',
    name: 'record',
  });
  private readonly api = Comlink.wrap<RecordWorkerApi>(this.worker);
  private effect: Effect | null = null;
  private stopWatchingCanvas: () => void = () => undefined;
  /** How frames are drawn for what is recorded at the moment; null while nothing is. */
  private tapped: TapOptions | null = null;
  /** The browser's own recorder, while it encodes a clip. */
  private media: MediaRecording | null = null;
  private readonly death = Promise.withResolvers<never>();

  constructor() {
    this.death.promise.catch(() => undefined);
    this.worker.addEventListener('error', (event) => {
      event.preventDefault();
      void this.untap();
      this.death.reject(
        new PortoonError(
          'ERR_RECORDING',
          `The recording stopped: ${event.message || 'its worker died'}.`,
          'Reload the page: what was recorded so far will be there.',
        ),
      );
    });
  }

  /** Rejects when the worker dies. */
  get died(): Promise<never> {
    return this.death.promise;
  }

  /** Takes frames from this effect from now on; a clip that is being recorded goes on with it. */
  async setEffect(effect: Effect | null): Promise<void> {
    this.stopWatchingCanvas();
    this.effect = effect;
    this.stopWatchingCanvas = effect?.on('canvas', () => void this.retap()) ?? (() => undefined);
    await this.retap();
  }

  /**
   * Begins a clip with the next frame.
   * @returns its name in the folder of clips.
   * @throws PortoonError if there is no effect, or no file can be made.
   */
  async start(options: RecordingOptions): Promise<string> {
    const name = await nameClip(options.support.format.extension);
    await this.run(options, name, (job, notify) => this.api.start(job, notify));
    return name;
  }

  /**
   * The sound of the clip, or of the replay, goes on with another microphone. One that began silent
   * stays so, and so does the browser's own recorder.
   * @param track - stays the caller's.
   */
  async replaceSound(track: MediaStreamTrack): Promise<void> {
    const blocks = this.media ? null : soundOf(track);
    if (blocks) await this.ask(this.api.listen(Comlink.transfer(blocks, [blocks])));
  }

  async pause(): Promise<void> {
    this.media?.pause();
    await this.ask(this.api.pause());
  }

  async resume(): Promise<void> {
    this.media?.resume();
    await this.ask(this.api.resume());
  }

  /** Ends the clip. Its name, or null if it has no picture. */
  async stop(): Promise<string | null> {
    await this.endMedia();
    await this.untap();
    return this.ask(this.api.stop());
  }

  /**
   * Keeps the last seconds available.
   * @param seconds - as many at least.
   */
  async startReplay(options: RecordingOptions, seconds: number): Promise<void> {
    await this.run(options, '', (job, notify) => this.api.startReplay(job, seconds, notify));
  }

  async stopReplay(): Promise<void> {
    await this.untap();
    await this.ask(this.api.stopReplay());
  }

  /** Writes the last seconds to a clip. Its name, or null if there are none yet. */
  async saveReplay(extension: string): Promise<string | null> {
    const name = await nameClip(extension);
    await claim(name);
    return this.ask(this.api.saveReplay(name));
  }

  /** Makes a whole clip of one that was left unfinished. */
  async repair(name: string): Promise<string> {
    return this.ask(this.api.repair(name));
  }

  private async run(
    { support, sound, cutOut = false, rate = null, onNotice }: RecordingOptions,
    name: string,
    begin: (job: RecordingJob, notify: (notice: RecordingNotice) => void) => Promise<void>,
  ): Promise<void> {
    if (!this.effect)
      throw new PortoonError('ERR_RECORDING', 'There is no picture to record.', 'Start the camera first.');
    if (name) await claim(name);
    const { format, video, audio, recorder } = support;
    const media = recorder === null ? null : this.beginMedia(recorder, sound, onNotice);
    const blocks = !media && sound && audio ? soundOf(sound) : null;
    const { port1, port2 } = new MessageChannel();
    const mediaRecorder = media?.pictures ?? null;
    const job: RecordingJob = {
      format: format.id,
      video,
      audio,
      rate,
      name,
      frames: port2,
      sound: blocks,
      mediaRecorder,
    };
    const given = [port2, blocks, mediaRecorder].filter((one) => one !== null);
    this.tapped = { cutOut };
    try {
      await this.ask(begin(Comlink.transfer(job, given), Comlink.proxy(onNotice)));
      media?.start();
    } catch (error) {
      await this.endMedia();
      throw error;
    }
    await this.effect.tap(port1, this.tapped);
  }

  private beginMedia(
    type: string,
    sound: MediaStreamTrack | null,
    onNotice: RecordingOptions['onNotice'],
  ): MediaRecording {
    const give = (piece: Uint8Array) => this.ask(this.api.addPiece(Comlink.transfer(piece, [piece.buffer])));
    this.media = new MediaRecording(type, sound, give, (error) => {
      onNotice({ type: 'fault', fault: faultOf(error) });
    });
    return this.media;
  }

  private async endMedia(): Promise<void> {
    const { media } = this;
    this.media = null;
    await media?.stop();
  }

  /** The worker that drew was replaced: another one holds the other end. */
  private async retap(): Promise<void> {
    if (!this.tapped || !this.effect) return;
    const { port1, port2 } = new MessageChannel();
    await this.api.retap(Comlink.transfer(port2, [port2]));
    await this.effect.tap(port1, this.tapped);
  }

  private async untap(): Promise<void> {
    this.tapped = null;
    // An effect that is dead draws for nobody.
    await this.effect?.tap(null).catch(() => undefined);
  }

  /** A dead worker does not answer. */
  private ask<Answer>(answer: Promise<Answer>): Promise<Answer> {
    return Promise.race([answer, this.death.promise]);
  }
}
