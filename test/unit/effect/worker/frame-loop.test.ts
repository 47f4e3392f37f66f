import { expect, test } from 'vitest';
import '../../../fixtures/with-resolvers.ts';
import { FrameLoop } from '../../../../src/effect/worker/frame-loop.ts';
import { FakeBackend, fakeFrame, fakePipeline, type FakeFrame } from './fake-backend.ts';

function open() {
  const fake = new FakeBackend('cpu');
  const all = fakePipeline(fake);
  let firstFrames = 0;
  const loop = new FrameLoop(all.pipeline, all.outputs, all.governor, all.stats, () => {
    firstFrames++;
  });
  return { ...all, fake, loop, firstFrames: () => firstFrames };
}

function streamOf(frames: FakeFrame[]): ReadableStream<VideoFrame> {
  return new ReadableStream<VideoFrame>({
    async pull(controller) {
      const frame = frames.shift();
      if (!frame) {
        controller.close();
        return;
      }
      controller.enqueue(frame);
      // Leaves time for the frame to be processed before the next one comes.
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  });
}

test('frames of a source are drawn in order and closed once they are drawn', async () => {
  const { loop, drawn, firstFrames } = open();
  const frames = [1, 2, 3].map((n) => fakeFrame(n * 1000));
  await loop.feed(streamOf([...frames]));
  expect(drawn).toEqual([1000, 2000, 3000]);
  expect(frames.every(({ closed }) => closed)).toBe(true);
  expect(firstFrames()).toBe(1);
  await loop.firstFrame.promise;
});

test('of frames that come at once only the newest is drawn, and the others are closed', async () => {
  const { loop, drawn } = open();
  const frames = [1, 2, 3].map((n) => fakeFrame(n));
  const stream = new ReadableStream<VideoFrame>({
    start(controller) {
      for (const frame of frames) controller.enqueue(frame);
      controller.close();
    },
  });
  await loop.feed(stream);
  expect(drawn.at(-1)).toBe(3);
  expect(frames.every(({ closed }) => closed)).toBe(true);
});

test('another source takes over, and begins without a past', async () => {
  const { loop, drawn, fake, firstFrames } = open();
  await loop.feed(streamOf([fakeFrame(1)]));
  fake.log.length = 0;
  await loop.feed(streamOf([fakeFrame(2)]));
  expect(fake.log[0]).toBe('reset');
  expect(drawn).toEqual([1, 2]);
  expect(firstFrames()).toBe(2);
});

test('a film gives a picture for every frame, in order, though calls are made ahead', async () => {
  const { loop, drawn } = open();
  await loop.beginFilm({});
  const pictures = await Promise.all([1, 2, 3].map((n) => loop.picture(fakeFrame(n))));
  expect(pictures.map(({ timestamp }) => timestamp)).toEqual([1, 2, 3]);
  expect(drawn).toEqual([1, 2, 3]);
});

test('work between frames does not stop them', async () => {
  const { loop, drawn } = open();
  const work = [1, 2].map((n) => loop.idleQueue.run(() => Promise.resolve(n)));
  await loop.feed(streamOf([1, 2, 3].map((n) => fakeFrame(n))));
  expect(await Promise.all(work)).toEqual([1, 2]);
  expect(drawn).toEqual([1, 2, 3]);
});

test('an error of a stage ends the source, and its frame is closed', async () => {
  const { loop, fake } = open();
  fake.failsAt = { matte: new Error('broken') };
  const frame = fakeFrame(1);
  await expect(loop.feed(streamOf([frame]))).rejects.toThrow('broken');
  expect(frame.closed).toBe(true);
});
