/**
 * `npm run bench:extension`: what a page gets from the extension, with a camera of 1920 by 1080 at
 * 30 fps that shows the demo clip: the size and the frame rate, for each size that it asks for.
 * Option: --seconds 8 (of each size)
 */
import { parseArgs } from 'node:util';
import type { Page } from 'playwright';
import { launchSwitchedOn } from '../fixtures/extension.ts';
import { ask } from '../fixtures/extension-call.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';

const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '8' } } });
const seconds = Number(options.seconds);
if (!(seconds >= 1)) {
  process.stderr.write(`--seconds is "${options.seconds}"; it takes a number from 1 up.\n`);
  process.exit(2);
}

const camera = await fakeCamera({ numbered: false, frames: 30, width: 1920, height: 1080 });
const site = await launchSwitchedOn(camera.path);
try {
  const { page, popup } = site;
  await popup.close();
  await page.reload();
  for (const height of [360, 720, 1080]) await measure(page, Math.round((height * 16) / 9), height);
} finally {
  await site.close();
}

async function measure(page: Page, width: number, height: number): Promise<void> {
  await page.evaluate(ask, { video: { width, height } });
  // The effect chooses the nets' size in its first seconds.
  await page.evaluate(countFrames, 6);
  const { size, frames } = await page.evaluate(countFrames, seconds);
  process.stdout.write(`${width} x ${height}: ${size}, ${(frames / seconds).toFixed(1)} fps\n`);
  await page.evaluate(() => {
    for (const track of window.call.getTracks()) track.stop();
  });
}

/** The frames of the call for so many seconds, and the size of the last one. */
async function countFrames(duration: number): Promise<{ size: string; frames: number }> {
  const [track] = window.call.getVideoTracks();
  const { MediaStreamTrackProcessor: Processor } = window as unknown as {
    MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack }) => {
      readable: ReadableStream<VideoFrame>;
    };
  };
  const reader = new Processor({ track: track! }).readable.getReader();
  const end = performance.now() + 1000 * duration;
  let [size, frames] = ['', 0];
  while (performance.now() < end) {
    const { value: frame } = await reader.read();
    if (!frame) break;
    size = `${frame.displayWidth} x ${frame.displayHeight}`;
    frames++;
    frame.close();
  }
  await reader.cancel();
  return { size, frames };
}
