import { framesOf } from '../../../src/media/frames.ts';

/** Reads a track's frames in a worker, as the effect does, and tells how many there were so far. */
export function countFrames(track: MediaStreamTrack): { readonly count: number } {
  const worker = new Worker(new URL('./count-frames.worker.ts', import.meta.url), { type: 'module' });
  const counter = { count: 0 };
  worker.onmessage = ({ data }: MessageEvent<number>) => (counter.count = data);
  const { frames } = framesOf(track);
  worker.postMessage(frames, [frames]);
  return counter;
}
