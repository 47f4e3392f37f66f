import { expect, test } from 'vitest';
import { FramePort } from '../../../src/media/frame-port.ts';

function setUp() {
  const posted: unknown[] = [];
  const port = {
    onmessage: null as (() => void) | null,
    postMessage: ({ frame }: { frame: unknown }) => posted.push(frame),
    close: () => undefined,
  };
  const framePort = new FramePort(port as unknown as MessagePort);
  const ask = () => {
    port.onmessage!();
  };
  const frame = () => ({ close: () => undefined }) as unknown as VideoFrame;
  return { framePort, posted, ask, frame };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test('a frame that could not be captured leaves the request open, and lets the next one through', async () => {
  const { framePort, posted, ask, frame } = setUp();
  ask();
  ask();
  framePort.send(Promise.reject(new Error('the context is lost')), 0);
  const next = frame();
  framePort.send(Promise.resolve(next), 0);
  await settled();
  expect(posted).toEqual([next]);
  expect(framePort.ready).toBe(true);
});

test('a frame that comes after the end is closed', async () => {
  const { framePort, posted, ask, frame } = setUp();
  let closed = 0;
  const late = Object.assign(frame(), {
    close: () => {
      closed++;
    },
  });
  ask();
  framePort.send(Promise.resolve(late), 0);
  framePort.close();
  await settled();
  expect(posted).toEqual([]);
  expect(closed).toBe(1);
});
