import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { framesOf, presentedFrames, type FrameSupply } from '../../../src/media/frames.ts';
import { NewestFrame } from '../../../src/media/newest-frame.ts';
import { createWritableTrack, createCanvasTrack, type WritableTrack } from '../../../src/media/track.ts';

const RealVideoFrame = VideoFrame;
let open = 0;

/** Counts the frames that our own code makes, to see that each is closed. */
class CountedVideoFrame extends RealVideoFrame {
  #closed = false;

  constructor(image: CanvasImageSource, init?: VideoFrameInit) {
    super(image, init);
    open++;
  }

  override close(): void {
    if (!this.#closed) open--;
    this.#closed = true;
    super.close();
  }
}

let track: MediaStreamTrack;

beforeEach(async () => {
  open = 0;
  globalThis.VideoFrame = CountedVideoFrame as unknown as typeof VideoFrame;
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
  track = stream.getVideoTracks()[0]!;
});

afterEach(() => {
  track.stop();
  globalThis.VideoFrame = RealVideoFrame;
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function nextOf(reader: ReadableStreamDefaultReader<VideoFrame>): Promise<number> {
  const { value } = await reader.read();
  const { timestamp } = value!;
  value!.close();
  return timestamp;
}

describe.each<[string, (track: MediaStreamTrack) => FrameSupply]>([
  ['the processor', framesOf],
  ['the presented frames', presentedFrames],
])('%s', (_name, supplyOf) => {
  test('gives frame after frame, in order', async () => {
    const { frames, stop } = supplyOf(track);
    const reader = frames.getReader();
    const times: number[] = [];
    for (let k = 0; k < 8; k++) times.push(await nextOf(reader));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBe(times.length);
    reader.releaseLock();
    stop();
  });

  test('skips what came while nobody read', async () => {
    const { frames, stop } = supplyOf(track);
    const reader = frames.getReader();
    await nextOf(reader);
    const before = await nextOf(reader);
    await pause(1000);
    await nextOf(reader);
    // Of the thirty frames in that second only the newest waited, so the second read gets one that
    // is a second later.
    expect(((await nextOf(reader)) - before) / 1e6).toBeGreaterThan(0.9);
    reader.releaseLock();
    stop();
  });

  test('ends on stop, leaves the track alone, and can be started again', async () => {
    const first = supplyOf(track);
    const reader = first.frames.getReader();
    await nextOf(reader);
    reader.releaseLock();
    first.stop();
    first.stop();
    expect((await first.frames.getReader().read()).done).toBe(true);
    expect(track.readyState).toBe('live');
    const second = supplyOf(track);
    const again = second.frames.getReader();
    expect(await nextOf(again)).toBeGreaterThanOrEqual(0);
    await again.cancel();
  });

  test('goes to a worker, which ends it by cancelling', async () => {
    const { frames } = supplyOf(track);
    const script = `onmessage = async ({ data }) => {
      const reader = data.getReader();
      const { value } = await reader.read();
      value.close();
      await reader.cancel();
      postMessage('ended');
    }`;
    const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
    const answer = new Promise(
      (resolve) =>
        (worker.onmessage = ({ data }) => {
          resolve(data);
        }),
    );
    worker.postMessage(frames, [frames]);
    expect(await answer).toBe('ended');
    worker.terminate();
    expect(track.readyState).toBe('live');
  });

  test('ends when the track does', async () => {
    const { frames } = supplyOf(track);
    const reader = frames.getReader();
    await nextOf(reader);
    track.stop();
    for (;;) {
      const { done, value } = await reader.read();
      value?.close();
      if (done) break;
    }
  });
});

describe('the presented frames', () => {
  test('are all closed but the one in hand', async () => {
    const { frames } = presentedFrames(track);
    const reader = frames.getReader();
    await pause(500);
    expect(open).toBeLessThanOrEqual(1);
    for (let k = 0; k < 5; k++) {
      const { value } = await reader.read();
      expect(open).toBeLessThanOrEqual(2);
      value!.close();
    }
    await pause(200);
    await reader.cancel();
    expect(open).toBe(0);
    await pause(200);
    expect(open).toBe(0);
  });
});

describe.each<[string, () => WritableTrack]>([
  ['the generated track', createWritableTrack],
  ['the painted track', createCanvasTrack],
])('%s', (_name, make) => {
  test('shows what is written, in its size and colour, and keeps none of it', async () => {
    const { track: fed, frames: sink } = make();
    const picture = new OffscreenCanvas(64, 48);
    const context = picture.getContext('2d')!;
    context.fillStyle = 'rgb(200 40 40)';
    context.fillRect(0, 0, 64, 48);
    const reader = framesOf(fed).frames.getReader();
    const shown = reader.read();
    const writer = sink.getWriter();
    let seen: VideoFrame | undefined;
    void shown.then(({ value }) => (seen = value));
    for (let k = 0; !seen && k < 200; k++) {
      const frame = new VideoFrame(picture, { timestamp: k * 33_000 });
      await writer.write(frame);
      frame.close();
      await pause(20);
    }
    expect([seen?.displayWidth, seen?.displayHeight]).toEqual([64, 48]);
    context.drawImage(seen!, 0, 0);
    seen!.close();
    const [red, green] = context.getImageData(32, 24, 1, 1).data;
    expect(Math.abs(red! - 200)).toBeLessThan(12);
    expect(Math.abs(green! - 40)).toBeLessThan(12);
    expect(open).toBe(0);
    await reader.cancel();
    fed.stop();
  });
});

describe('the newest frame', () => {
  function supply() {
    const picture = new OffscreenCanvas(16, 16);
    picture.getContext('2d')!.fillRect(0, 0, 16, 16);
    let stream!: ReadableStreamDefaultController<VideoFrame>;
    let told = false;
    const frames = new ReadableStream<VideoFrame>({
      start(controller) {
        stream = controller;
      },
      cancel() {
        told = true;
      },
    });
    return {
      frames,
      give: (timestamp: number) => {
        stream.enqueue(new CountedVideoFrame(picture, { timestamp }));
      },
      close: () => {
        stream.close();
      },
      told: () => told,
    };
  }

  test('is taken once; those before it are closed, and seen all the same', async () => {
    const { frames, give, close } = supply();
    const seen: number[] = [];
    const source = new NewestFrame(frames, ({ timestamp }) => seen.push(timestamp));
    for (const timestamp of [1, 2, 3]) give(timestamp);
    await pause(0);
    expect(open).toBe(1);
    expect(await source.ready()).toBe(true);
    const frame = source.take()!;
    expect(frame.timestamp).toBe(3);
    expect(seen).toEqual([1, 2, 3]);
    expect(source.take()).toBeNull();
    frame.close();
    const next = source.ready();
    give(4);
    close();
    // The last frame can still be taken after the end.
    expect(await next).toBe(true);
    source.take()!.close();
    expect(await source.ready()).toBe(false);
    expect(open).toBe(0);
  });

  test('closes the frame that waits when it is ended, and cancels the source', async () => {
    const { frames, give, told } = supply();
    give(0);
    expect(open).toBe(1);
    const source = new NewestFrame(frames);
    await source.end();
    expect(open).toBe(0);
    expect(told()).toBe(true);
    expect(await source.ready()).toBe(false);
  });

  test('fails as its source does', async () => {
    const source = new NewestFrame(
      new ReadableStream({
        start(controller) {
          controller.error(new Error('unplugged'));
        },
      }),
    );
    await expect(source.ready()).rejects.toThrow('unplugged');
  });
});
