import { afterEach, expect, test } from 'vitest';
import { Unstacker } from '../../../src/obs/unstack.ts';

const [WIDTH, HALF, LINES, GUARD] = [160, 96, 88, 8];
let stop = () => undefined as unknown;
afterEach(() => stop());

/** A video of stacked frames: orange above, below a matte with four bands of 0, 1/3, 2/3 and 1. */
async function stackedVideo(): Promise<HTMLVideoElement> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [WIDTH, 2 * HALF];
  const context = canvas.getContext('2d')!;
  const draw = () => {
    context.fillStyle = '#ff8000';
    context.fillRect(0, 0, WIDTH, LINES);
    // The guard band repeats both neighbours.
    context.fillRect(0, LINES, WIDTH, GUARD / 2);
    for (let band = 0; band < 4; band++) {
      context.fillStyle = `rgb(${[85 * band, 85 * band, 85 * band].join()})`;
      context.fillRect((band * WIDTH) / 4, HALF - GUARD / 2, WIDTH / 4, LINES + GUARD);
    }
    // The last lines hold no picture. They are green, so that a wrong read would show.
    context.fillStyle = '#00ff00';
    context.fillRect(0, HALF + LINES + GUARD / 2, WIDTH, GUARD / 2);
  };
  draw();
  const timer = setInterval(draw, 50);
  const stream = canvas.captureStream();
  stop = () => {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
  };
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = stream;
  await video.play();
  return video;
}

test('unpacks colours and matte into a premultiplied picture without the guard band', async () => {
  const video = await stackedVideo();
  const unstacker = new Unstacker();
  expect(unstacker.draw(video)).toBe(true);
  expect([unstacker.canvas.width, unstacker.canvas.height]).toEqual([WIDTH, LINES]);
  const context = new OffscreenCanvas(WIDTH, LINES).getContext('2d')!;
  context.drawImage(unstacker.canvas, 0, 0);
  const at = (x: number, y: number) => Array.from(context.getImageData(x, y, 1, 1).data);
  for (const y of [0, LINES / 2, LINES - 1]) {
    for (let band = 0; band < 4; band++) {
      const [red, green, blue, alpha] = at(20 + 40 * band, y) as [number, number, number, number];
      // The shader clips alpha near 0 and 1, where a codec may have changed it a little.
      const wanted = Math.min(1, Math.max(0, (band / 3 - 0.03) / 0.94));
      expect(Math.abs(alpha / 255 - wanted), `alpha of band ${band}, line ${y}`).toBeLessThan(0.03);
      if (band === 0) continue;
      // getImageData gives straight colours: orange all over, whatever the alpha.
      expect(
        Math.abs(red - 255) + Math.abs(green - 128) + blue,
        `colour of band ${band}, line ${y}`,
      ).toBeLessThan(30);
    }
  }
});

test('draws nothing of a frame that cannot be stacked', () => {
  const unstacker = new Unstacker();
  expect(unstacker.draw(document.createElement('video'))).toBe(false);
});
