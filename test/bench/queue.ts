/**
 * `npm run bench:queue`: films in a queue, with workers that have one core each: how much faster
 * two are than one, what the queue costs a segment, whether a worker's memory stays level, whether
 * a hundred films come out.
 *
 * Arguments: seconds of the long film (default 120), short films (default 100), then what
 * `portoon convert` takes, in place of `--quality 192 --detail light`.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BIN } from '../fixtures/convert-command.ts';
import { freePort, startRedis, stopEngine } from '../fixtures/engines.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { probe } from '../fixtures/ffmpeg.ts';
import { machine, memory } from './processor.ts';

/** A segment that a worker has done. */
interface Done {
  readonly frames: number;
  /** Seconds: when it was done, and how long it took. */
  readonly at: number;
  readonly took: number;
  /** MiB that the worker and its browser held then; 0 where that was not asked. */
  readonly held: number;
}

const [seconds = '120', short = '100', ...given] = process.argv.slice(2);
const options = given.length > 0 ? given : ['--quality', '192', '--detail', 'light'];
const folder = await mkdtemp(join(tmpdir(), 'portoon-bench-'));
const port = await freePort();
const url = `redis://127.0.0.1:${port}`;
const redis = await startRedis(port, folder);
const children: ChildProcess[] = [];
const now = () => performance.now() / 1000;
const tell = (line: string) => process.stdout.write(`${line}\n`);
const median = (of: number[]) => [...of].sort((a, b) => a - b)[of.length >> 1] ?? NaN;

/** A worker that may use one core, and what it has done. */
async function startWorker(core: number, watched = false): Promise<{ child: ChildProcess; done: Done[] }> {
  const command = ['-c', String(core), process.execPath, BIN, 'worker', '--queue', url];
  const child = spawn('taskset', command, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const done: Done[] = [];
  const lines = createInterface({ input: child.stdout });
  const ready = once(lines, 'line');
  lines.on('line', (line) => {
    const found = /segment \d+ of \d+: (\d+) frames in ([\d.]+) s/.exec(line);
    if (!found) return;
    const at = now();
    const add = (held: number) => done.push({ frames: Number(found[1]), at, took: Number(found[2]), held });
    if (!watched) add(0);
    else
      void memory(child.pid!).then((kinds) => add(Object.values(kinds).reduce((sum, mib) => sum + mib, 0)));
  });
  await ready;
  return { child, done };
}

async function stopWorkers(): Promise<void> {
  for (const child of children.splice(0)) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

async function convert(films: readonly string[], to: string, ...more: string[]): Promise<number> {
  const args = [BIN, 'convert', ...films, '-o', join(folder, to), '-y', '--queue', url, ...more];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number];
  return code;
}

/** Frames a second of workers on their cores, their first segments left out. */
async function rateOf(cores: readonly number[]): Promise<number> {
  const workers = await Promise.all(cores.map((core) => startWorker(core)));
  await convert(['long.mp4'], 'new.mp4', ...options);
  await stopWorkers();
  return workers.reduce((sum, { done }) => {
    const [first, ...rest] = done;
    const last = rest.at(-1);
    if (!first || !last) return sum;
    return sum + rest.reduce((frames, each) => frames + each.frames, 0) / (last.at - first.at);
  }, 0);
}

try {
  const camera = await fakeCamera();
  const encode = `-v error -stream_loop -1 -i ${camera.path} -f lavfi -i sine=440 -t ${seconds} -c:v libx264 -preset veryfast -g 60 -pix_fmt yuv420p -c:a aac ${join(folder, 'long.mp4')}`;
  execFileSync('ffmpeg', encode.split(' '));
  tell(`${new Date().toISOString().slice(0, 10)}, ${machine()}: 640x360, ${seconds} s, ${options.join(' ')}`);
  const one = await rateOf([0]);
  const two = await rateOf([0, 1]);
  tell(
    `one worker ${one.toFixed(1)} frames a second, two ${two.toFixed(1)}: ${(two / one).toFixed(2)} times`,
  );
  const [before, after] = await Promise.all(['long.mp4', 'new.mp4'].map((name) => probe(join(folder, name))));
  tell(`${after!.pictures.length} of ${before!.pictures.length} frames`);

  // Segments of two seconds, without a net: what is between them is the queue's.
  const { done } = await startWorker(0, true);
  const plain = ['-s', 'none', '-r', 'everything', '--segment', '2', '--run-up', '0'];
  await convert(['long.mp4'], 'plain.mp4', ...plain);
  await stopWorkers();
  const gaps = done.slice(1).map(({ at, took }, index) => 1000 * (at - done[index]!.at - took));
  tell(`${done.length} segments; between two of them the queue takes ${median(gaps).toFixed(0)} ms`);
  const shares = [0.1, 0.25, 0.5, 0.75, 1].map((share) => done[Math.ceil(share * done.length) - 1]!);
  tell(`memory of the worker with its browser, MiB: ${shares.map(({ held }) => held.toFixed(0)).join(', ')}`);

  const small = `-v error -i ${camera.path} -vf scale=160:90 -frames:v 60 -c:v libx264 -g 15 -pix_fmt yuv420p ${join(folder, 'short.mp4')}`;
  execFileSync('ffmpeg', small.split(' '));
  mkdirSync(join(folder, 'in'));
  const names = Array.from({ length: Number(short) }, (_, index) => `in/${index}.mp4`);
  for (const name of names) copyFileSync(join(folder, 'short.mp4'), join(folder, name));
  await Promise.all([0, 1, 0, 1].map((core) => startWorker(core)));
  const began = now();
  const code = await convert(names, 'out/', '-s', 'none', '-r', 'everything', '--segment', '1');
  const took = now() - began;
  await stopWorkers();
  const made = readdirSync(join(folder, 'out'));
  const frames = await Promise.all(
    made.map(async (name) => (await probe(join(folder, 'out', name))).pictures.length),
  );
  tell(
    `${short} short films, four workers: exit code ${code}, ${made.length} files, ${frames.filter((count) => count === 60).length} of them with all 60 frames, ${took.toFixed(1)} s`,
  );
} finally {
  for (const child of children) child.kill('SIGKILL');
  await stopEngine(redis);
  await rm(folder, { recursive: true });
}
