/**
 * A camera and a microphone that share a clock, which keeps running in a hidden tab, and a measure
 * of how far picture and sound are apart where they are received.
 */
import type { Page } from 'playwright';

/** Small, so that a machine without a graphics processor keeps the frame rate in two pages. */
export const SIZE = { width: 320, height: 180 };
const SOURCE = {
  ...SIZE,
  rate: 48_000,
  framesPerSecond: 30,
  beepSeconds: 0.1,
  /** Height of the strip at the top in which the bar moves, in lines: one block of a codec. */
  strip: 16,
};

/** tsx wraps functions in a helper for their names, which pages do not have. */
export const NAMES = 'globalThis.__name = (named) => named;';

/**
 * A script for `addInitScript` that replaces camera and microphone: a bar crosses the top of a
 * still picture once a second, left to right, and a beep sounds whenever it starts again. A worker
 * makes both, because timers are throttled in hidden pages but not in workers.
 * @param png - the picture, of {@link SIZE}.
 */
export const metronome = (png: Buffer): string =>
  `${NAMES} (${installMetronome.toString()})(${JSON.stringify({ ...SOURCE, png: png.toString('base64') })}, ${JSON.stringify(beatInWorker.toString())}, ${JSON.stringify(NAMES)})`;

/** The still picture in Base64, and how the bar and the beep are made. */
type Clockwork = typeof SOURCE & { png: string };
/** Chromium's own class, which TypeScript does not know. */
type Generator = MediaStreamTrack & { readonly writable: WritableStream };

/** Runs in the page. */
function installMetronome(source: Clockwork, beat: string, names: string): void {
  const { MediaStreamTrackGenerator } = globalThis as unknown as {
    MediaStreamTrackGenerator: new (init: { kind: 'audio' | 'video' }) => Generator;
  };
  function track(kind: 'audio' | 'video'): MediaStreamTrack {
    const generator = new MediaStreamTrackGenerator({ kind });
    const code = `${names} onmessage = ({ data }) => (${beat})(data)`;
    const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    const { writable } = generator;
    new Worker(url).postMessage({ kind, writable, source }, [writable]);
    return generator;
  }
  navigator.mediaDevices.getUserMedia = (wish?: MediaStreamConstraints) =>
    Promise.resolve(
      new MediaStream([...(wish?.video ? [track('video')] : []), ...(wish?.audio ? [track('audio')] : [])]),
    );
}

/** Runs in the worker of each track. */
async function beatInWorker({
  kind,
  writable,
  source,
}: {
  kind: 'audio' | 'video';
  writable: WritableStream<VideoFrame | AudioData>;
  source: Clockwork;
}): Promise<void> {
  const { width, height, rate, framesPerSecond, beepSeconds, strip, png } = source;
  const writer = writable.getWriter();
  // The two workers share one clock.
  const seconds = () => (performance.timeOrigin + performance.now()) / 1000;
  if (kind === 'video') {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const still = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(width, height).getContext('2d')!;
    setInterval(() => {
      const now = seconds();
      context.drawImage(still, 0, 0);
      context.fillStyle = 'black';
      context.fillRect(0, 0, width, strip);
      context.fillStyle = 'white';
      context.fillRect(0, 0, (now % 1) * width, strip);
      const frame = new VideoFrame(context.canvas, { timestamp: Math.round(performance.now() * 1000) });
      writer.write(frame).catch(() => {
        close();
      });
    }, 1000 / framesPerSecond);
    return;
  }
  const block = rate / 100;
  const began = Math.ceil(seconds() * 100) / 100;
  let done = 0;
  setInterval(() => {
    // A block is sent when its last sample is due, as by a microphone.
    for (; began + (done + 1) / 100 <= seconds(); done++) {
      const data = new Float32Array(block);
      for (let i = 0; i < block; i++) {
        const phase = (began + (done * block + i) / rate) % 1;
        if (phase < beepSeconds) data[i] = 0.5 * Math.sin(2 * Math.PI * 1000 * phase);
      }
      const sound = new AudioData({
        format: 'f32-planar',
        sampleRate: rate,
        numberOfFrames: block,
        numberOfChannels: 1,
        timestamp: Math.round(done * 10_000),
        data,
      });
      writer.write(sound).catch(() => {
        close();
      });
    }
  }, 5);
}

/**
 * Runs in the page that receives: records when each second of the picture began, and when each beep
 * began, in seconds of one clock.
 */
export function watchBeats(page: Page): Promise<void> {
  return page.evaluate(({ width, height, strip, rate }) => {
    const rounds: number[] = [];
    const beeps: number[] = [];
    Object.assign(globalThis, { rounds, beeps });

    const context = new OffscreenCanvas(width, 1).getContext('2d', { willReadFrequently: true })!;
    const look = (now: number, { expectedDisplayTime }: VideoFrameCallbackMetadata) => {
      const video = document.querySelector('video')!;
      context.drawImage(
        video,
        0,
        video.videoHeight * (strip / 2 / height),
        video.videoWidth,
        1,
        0,
        0,
        width,
        1,
      );
      const { data } = context.getImageData(0, 0, width, 1);
      let hand = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at]! > 127) hand++;
      // Near the edges the codec may blur the bar away.
      const phase = hand / width;
      if (phase > 0.05 && phase < 0.95) rounds.push(Math.max(now, expectedDisplayTime) / 1000 - phase);
      video.requestVideoFrameCallback(look);
    };
    document.querySelector('video')!.requestVideoFrameCallback(look);

    const audio = new AudioContext({ sampleRate: rate });
    const analyser = new AnalyserNode(audio, { fftSize: 4096 });
    const source = document.querySelector('video')!.srcObject as MediaStream;
    audio.createMediaStreamSource(source).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const now = performance.now() / 1000;
      const first = samples.findIndex((sample) => Math.abs(sample) > 0.1);
      // A beep at the very start of the samples began before them.
      if (first < rate / 1000) return;
      const at = now - (samples.length - first) / rate;
      if (at - (beeps.at(-1) ?? 0) > 0.5) beeps.push(at);
    }, 20);
  }, SOURCE);
}

/**
 * The delay of the sound after the picture, in milliseconds, for each beep since the last call; the
 * oldest first.
 */
export async function offsets(page: Page): Promise<number[]> {
  const { rounds, beeps } = await page.evaluate<{ rounds: number[]; beeps: number[] }>(
    '({ rounds: rounds.splice(0), beeps: beeps.splice(0) })',
  );
  return beeps.flatMap((beep) => {
    const near = rounds.filter((round) => Math.abs(round - beep) < 0.5).sort((a, b) => a - b);
    return near.length > 0 ? [1000 * (beep - near[near.length >> 1]!)] : [];
  });
}
