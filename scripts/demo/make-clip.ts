/**
 * `npm run demo-clip`: renders the demo and encodes public/demo/demo.webm. Needs ffmpeg, which
 * nothing else does.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DEMO_PERIOD, demoFrame, type Framing } from './frame.ts';
import { y4mFrame, y4mHeader } from './y4m.ts';

const [width, height, frameRate] = [640, 360, 30];
/** A whole period of each, with hard cuts between them, so that the clip loops without a jerk. */
const framings: readonly Framing[] = ['portrait', 'desk'];
const clip = resolve(import.meta.dirname, '../../public/demo/demo.webm');

const ffmpeg = spawn(
  'ffmpeg',
  [
    ...['-y', '-v', 'error', '-f', 'yuv4mpegpipe', '-i', 'pipe:0'],
    ...['-c:v', 'libvpx-vp9', '-crf', '21', '-b:v', '0', '-g', '120', '-row-mt', '1', '-cpu-used', '2'],
    ...[
      '-color_range',
      'tv',
      '-colorspace',
      'smpte170m',
      '-color_primaries',
      'smpte170m',
      '-color_trc',
      'smpte170m',
    ],
    ...['-pix_fmt', 'yuv420p', '-fflags', '+bitexact', '-an', clip],
  ],
  { stdio: ['pipe', 'inherit', 'inherit'] },
);
const ended = once(ffmpeg, 'exit');
ffmpeg.stdin.write(y4mHeader(width, height, frameRate));
for (const framing of framings) {
  for (let index = 0; index < DEMO_PERIOD * frameRate; index++) {
    const { rgba } = demoFrame(index / frameRate, width, height, { framing });
    if (!ffmpeg.stdin.write(y4mFrame(rgba, width, height))) await once(ffmpeg.stdin, 'drain');
  }
}
ffmpeg.stdin.end();
const [code] = (await ended) as [number | null];
if (code !== 0) throw new Error(`ffmpeg ended with ${code ?? 'a signal'}`);
process.stdout.write(`${clip}: ${Math.round((await stat(clip)).size / 1000)} kB\n`);
