/**
 * `npm run bench:convert`: frames a second of a conversion, and the memory of the command line and
 * its browser meanwhile.
 *
 * Arguments: seconds of film (default 20), then options of `portoon convert` that replace
 * `--quality 192`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { ConvertProgress } from '../../src/record/convert-protocol.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { memory, type Held } from './processor.ts';

const root = resolve(import.meta.dirname, '../..');
const [seconds = '20', ...options] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'portoon-bench-'));
try {
  const camera = await fakeCamera();
  const film = join(folder, 'film.mp4');
  const encode = `-v error -stream_loop -1 -i ${camera.path} -f lavfi -i sine=440 -t ${seconds} -c:v libx264 -preset veryfast -pix_fmt yuv420p -c:a aac ${film}`;
  execFileSync('ffmpeg', encode.split(' '));
  const args = options.length > 0 ? options : ['--quality', '192'];
  const child = spawn(
    process.execPath,
    [join(root, 'bin/portoon.js'), 'convert', film, '-o', join(folder, 'new.mp4'), '--json', ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const closed = once(child, 'close');
  const samples: { at: number; frames: number; held: Held }[] = [];
  let busy: Promise<void> | null = null;
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as { event: string } & ConvertProgress;
    if (event.event !== 'progress') process.stdout.write(`${line}\n`);
    const { frames } = event;
    const last = samples.at(-1);
    const at = performance.now() / 1000;
    if (event.event !== 'progress' || busy || (last && at - last.at < 1)) continue;
    busy = memory(child.pid!).then((held) => {
      samples.push({ at, frames, held });
      busy = null;
    });
  }
  await closed;
  // The first seconds are spent on loading and compiling.
  const [first] = samples.filter((_, index) => index >= Math.min(3, samples.length - 2));
  const last = samples.at(-1)!;
  const rate = (last.frames - first!.frames) / (last.at - first!.at);
  const shares = [0.1, 0.25, 0.5, 0.75, 1].map((share) => samples[Math.ceil(share * samples.length) - 1]!);
  process.stdout.write(
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpus()[0]?.model ?? '?'}: 640x360, ${seconds} s, ${args.join(' ')}\n` +
      `${rate.toFixed(1)} frames a second; memory (PSS of Node and browser, MiB) at so many frames:\n`,
  );
  for (const { frames, held } of shares) {
    const parts = Object.entries(held).map(([kind, mib]) => `${kind} ${Math.round(mib)}`);
    const all = Object.values(held).reduce((sum, mib) => sum + mib, 0);
    process.stdout.write(`${String(frames).padStart(7)}: ${Math.round(all)} = ${parts.join(' + ')}\n`);
  }
} finally {
  await rm(folder, { recursive: true });
}
