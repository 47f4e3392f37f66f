import { PortoonError } from '../../common/errors.ts';
import { mediaDevices } from '../../media/devices.ts';
import { loudness } from './speech.ts';

/** A running microphone. Its opener stops it. */
export interface Microphone {
  readonly track: MediaStreamTrack;
  readonly label: string;
  readonly deviceId: string | undefined;
  /**
   * The loudness now, as people hear it: 0 is silence, 1 the loudest possible. Cheap enough for
   * every frame.
   */
  level(): number;
  /** Gives the microphone back. Safe to call twice. */
  stop(): void;
}

/**
 * Opens a microphone with the platform's noise suppression and gain control. The browser may ask
 * first.
 * @param deviceId - from `listMicrophones`; when that one is gone, any other is taken.
 * @param options - set `echoCancellation` to false where no loudspeaker plays: it costs a hundredth
 *   of the frame rate. Default true.
 * @throws {PortoonError} `ERR_MICROPHONE_DENIED`, `ERR_MICROPHONE_MISSING` or
 *   `ERR_MICROPHONE_BUSY`.
 */
export async function openMicrophone(
  deviceId?: string,
  { echoCancellation = true } = {},
): Promise<Microphone> {
  const devices = mediaDevices();
  if (!devices) throw denied();
  let stream;
  try {
    stream = await devices.getUserMedia({
      audio: {
        echoCancellation,
        noiseSuppression: true,
        autoGainControl: true,
        ...(deviceId === undefined ? {} : { deviceId: { ideal: deviceId } }),
      },
    });
  } catch (error) {
    throw explain(error);
  }
  const track = stream.getAudioTracks()[0];
  if (!track) throw missing();
  let meter: ReturnType<typeof listenTo> | null = null;
  return {
    track,
    label: track.label || 'Microphone',
    deviceId: track.getSettings().deviceId,
    // Made on first use: it costs as much as a tenth of the drawing, and a clip does not need it.
    level: () => (meter ??= listenTo(stream)).level(),
    stop() {
      track.stop();
      meter?.stop();
    },
  };
}

/** A silent audio track, sent until there is a microphone. The caller stops it. */
export function silentTrack(): { track: MediaStreamTrack; stop: () => void } {
  const context = new AudioContext();
  const track = context.createMediaStreamDestination().stream.getAudioTracks()[0]!;
  return {
    track,
    stop() {
      track.stop();
      void context.close();
    },
  };
}

/** Measures how loud a stream is. */
function listenTo(stream: MediaStream): { level: () => number; stop: () => void } {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  // Until the person has touched the page, some browsers keep it suspended.
  const wake = () => {
    if (context.state === 'suspended') void context.resume().catch(() => undefined);
  };
  addEventListener('pointerdown', wake);
  addEventListener('keydown', wake);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      let sum = 0;
      for (const sample of samples) sum += sample * sample;
      return loudness(Math.sqrt(sum / samples.length));
    },
    stop() {
      removeEventListener('pointerdown', wake);
      removeEventListener('keydown', wake);
      if (context.state !== 'closed') void context.close();
    },
  };
}

function denied(options?: ErrorOptions): PortoonError {
  return new PortoonError(
    'ERR_MICROPHONE_DENIED',
    'The browser does not let this page use the microphone.',
    'Allow it at the address bar, then try again.',
    options,
  );
}

function missing(options?: ErrorOptions): PortoonError {
  return new PortoonError(
    'ERR_MICROPHONE_MISSING',
    'No microphone was found.',
    'Plug one in and try again.',
    options,
  );
}

function explain(cause: unknown): PortoonError {
  const name = cause instanceof DOMException ? cause.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return denied({ cause });
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return missing({ cause });
  return new PortoonError(
    'ERR_MICROPHONE_BUSY',
    'The microphone could not be opened; perhaps another program holds it.',
    'Close other programs that use it and try again, or choose another microphone.',
    { cause },
  );
}
