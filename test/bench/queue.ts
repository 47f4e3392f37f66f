/**
 * `npm run bench:queue`: films in a queue, with workers that have one core each. Its parts, all of
 * them or those that `--parts` names, as `--parts scaling,many`:
 *
 * - `scaling`: frames a second of one worker and of two, on cores 0 and 1, and the same of commands
 *   without a queue, which is the most that two cores of this machine can give;
 * - `segments`: what the queue takes between two segments, and a worker's memory over all of them;
 * - `many`: short films with four workers, of which none may be lost;
 * - `whole`: a film in one piece, and the same with three workers: packets, times, pictures.
 *
 * `--seconds N` of the films of `scaling` (default 40) and `whole` (default 120), `--segments N` of
 * `segments` (default 50), `--films N` of `many` (default 100). `--json FILE` writes the figures
 * there as well. What follows `--` is for `portoon convert`, in place of
 * `--quality 96 --matte-size 96 --detail light`.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { buildApp, isFresh } from '../../scripts/build.ts';
import { BIN } from '../fixtures/convert-command.ts';
import { freePort, startRedis, stopEngine } from '../fixtures/engines.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { decodePictures, probe } from '../fixtures/ffmpeg.ts';
import { projectRoot } from '../fixtures/server.ts';
import { machine, memory } from './processor.ts';

/** The results of a part: one row of the table each. */
type Figures = Record<string, number | string | readonly number[]>;

/** A segment that a worker has done. */
interface Done {
  readonly frames: number;
  /** Seconds: when it was done, and how long it took. */
  readonly at: number;
  readonly took: number;
  /** MiB that the worker and its browser had in memory then; 0 where that was not measured. */
  readonly held: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parts: { type: 'string', default: 'scaling,segments,many,whole' },
    seconds: { type: 'string' },
    segments: { type: 'string', default: '50' },
    films: { type: 'string', default: '100' },
    json: { type: 'string' },
  },
});
const styled = positionals.length > 0 ? positionals : ['-q', '96', '--matte-size', '96', '--detail', 'light'];
const PLAIN = ['-s', 'none', '-r', 'everything'];
const FRAME_RATE = 30;

const folder = await mkdtemp(join(tmpdir(), 'portoon-bench-'));
const url = `redis://127.0.0.1:${await freePort()}`;
const children = new Set<ChildProcess>();
const now = () => performance.now() / 1000;
const round = (value: number, digits = 1) => Number(value.toFixed(digits));
const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;

/** A worker that may use one core, and what it has done. */
async function startWorker(core: number, watched = false): Promise<Done[]> {
  const command = [process.execPath, BIN, 'worker', '--queue', url];
  const child = spawn('taskset', [...onCore(core), ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  const done: Done[] = [];
  const lines = createInterface({ input: child.stdout });
  const ready = Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('a worker ended at once'))),
  ]);
  lines.on('line', (line) => {
    const found = /segment \d+ of \d+: (\d+) frames in ([\d.]+) s/.exec(line);
    if (!found) return;
    const at = now();
    const add = (held: number) => done.push({ frames: Number(found[1]), at, took: Number(found[2]), held });
    if (watched)
      void memory(child.pid!).then((kinds) => add(Object.values(kinds).reduce((sum, mib) => sum + mib, 0)));
    else add(0);
  });
  await ready;
  return done;
}

async function stopWorkers(): Promise<void> {
  const ending = [...children].map(async (child) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  });
  children.clear();
  await Promise.all(ending);
}

/** The affinity of a process, for `taskset`. */
const onCore = (core: number) => ['-c', String(core % cpus().length)];
const ALL_CORES = ['-c', `0-${cpus().length - 1}`];

/**
 * Runs the command.
 * @returns the seconds that it took.
 * @throws if it exits with a code other than 0.
 */
async function convert(
  films: readonly string[],
  to: string,
  more: readonly string[],
  affinity = ALL_CORES,
): Promise<number> {
  const began = now();
  const args = [process.execPath, BIN, 'convert', ...films, '-o', join(folder, to), '-y', ...more];
  const child = spawn('taskset', [...affinity, ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`portoon convert ended with ${code}`);
  return now() - began;
}

const queued = (films: readonly string[], to: string, ...more: string[]) =>
  convert(films, to, ['--queue', url, ...more]);

/** The demo clip over and over, with sound, and a key frame each two seconds. */
async function makeFilm(name: string, seconds: number, size: string): Promise<void> {
  const camera = await fakeCamera();
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-stream_loop', '-1', '-i', camera.path, '-f', 'lavfi', '-i', 'sine=440'],
    ...['-t', String(seconds), '-vf', `scale=${size}`, '-c:v', 'libx264', '-preset', 'veryfast'],
    ...['-g', String(2 * FRAME_RATE), '-pix_fmt', 'yuv420p', '-c:a', 'aac', join(folder, name)],
  ]);
}

/** Frames a second of the workers on their cores, without each worker's first segment. */
async function rateOf(cores: readonly number[]): Promise<number> {
  const workers = await Promise.all(cores.map((core) => startWorker(core)));
  await queued(['long.mp4'], 'new.mp4', '--segment', '2', ...styled);
  await stopWorkers();
  return workers.reduce((sum, [first, ...rest]) => {
    const last = rest.at(-1);
    if (!first || !last) throw new Error('a worker had too few segments: take a longer film');
    return sum + rest.reduce((frames, each) => frames + each.frames, 0) / (last.at - first.at);
  }, 0);
}

/** Frames a second of a command without a queue on each of the cores, with its start and end. */
async function rateWithoutQueue(cores: readonly number[], frames: number): Promise<number> {
  const took = await Promise.all(
    cores.map((core) => convert(['long.mp4'], `alone-${core}.mp4`, styled, onCore(core))),
  );
  return took.reduce((sum, each) => sum + frames / each, 0);
}

async function scaling(): Promise<Figures> {
  const seconds = Number(values.seconds ?? 40);
  await makeFilm('long.mp4', seconds, '640:360');
  const one = await rateOf([0]);
  const two = await rateOf([0, 1]);
  const [oneAlone, twoAlone] = [
    await rateWithoutQueue([0], seconds * FRAME_RATE),
    await rateWithoutQueue([0, 1], seconds * FRAME_RATE),
  ];
  return {
    film: `640x360, ${seconds} s, in segments of 2 s with a run-up of 1 s, ${styled.join(' ')}`,
    'frames a second of one worker': round(one),
    'frames a second of two workers': round(two),
    'times as fast': round(two / one, 2),
    'frames a second of one command without a queue': round(oneAlone),
    'frames a second of two commands without a queue': round(twoAlone),
    'times as fast without a queue': round(twoAlone / oneAlone, 2),
  };
}

async function segments(): Promise<Figures> {
  const count = Number(values.segments);
  await makeFilm('segments.mp4', 2 * count, '640:360');
  const done = await startWorker(0, true);
  await queued(['segments.mp4'], 'segments-new.mp4', '--segment', '2', '--run-up', '0', ...styled);
  await stopWorkers();
  const [first, last] = [done[0]!, done.at(-1)!];
  // Summed over all segments, because a worker reports each duration to only a hundredth of a
  // second.
  const worked = done.slice(1).reduce((sum, { took }) => sum + took, 0);
  const shares = [0.1, 0.25, 0.5, 0.75, 1].map((share) => done[Math.ceil(share * done.length) - 1]!);
  return {
    film: `640x360, ${2 * count} s, in segments of 2 s, ${styled.join(' ')}`,
    'segments that are done': done.length,
    'seconds of a segment': round(mean(done.map(({ took }) => took)), 2),
    'milliseconds between two segments': round((1000 * (last.at - first.at - worked)) / (done.length - 1)),
    'MiB of the worker and its browser at 10, 25, 50, 75, 100 %': shares.map(({ held }) => round(held, 0)),
  };
}

async function many(): Promise<Figures> {
  const count = Number(values.films);
  await makeFilm('short.mp4', 2, '160:90');
  mkdirSync(join(folder, 'in'));
  const names = Array.from({ length: count }, (_, index) => `in/${index}.mp4`);
  for (const name of names) copyFileSync(join(folder, 'short.mp4'), join(folder, name));
  await Promise.all([0, 1, 2, 3].map((core) => startWorker(core)));
  const took = await queued(names, 'out/', ...PLAIN, '--segment', '1');
  await stopWorkers();
  const made = readdirSync(join(folder, 'out'));
  let whole = 0;
  for (const name of made)
    if ((await probe(join(folder, 'out', name))).pictures.length === 2 * FRAME_RATE) whole++;
  return {
    films: `${count} of 160x90, 2 s, no style, in segments of 1 s; four workers`,
    seconds: round(took),
    files: made.length,
    'files with all frames': whole,
  };
}

/** Times, length and kind of each packet of a film's pictures, or of its sound. */
function packetsOf(name: string, kind: 'v' | 'a'): string[] {
  const entries = `packet=pts,dts,duration${kind === 'a' ? ',size' : ''}`;
  const args = ['-v', 'error', '-select_streams', kind, '-show_entries', entries, '-of', 'csv'];
  const told = execFileSync('ffprobe', [...args, join(folder, name)], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return told.trim().split('\n');
}

/** How much each frame of two films differs, of 255, as grey. */
async function differences(one: string, other: string): Promise<number[]> {
  const [width, height] = [160, 90];
  const [first, second] = await Promise.all(
    [one, other].map((name) =>
      decodePictures(join(folder, name), { pixels: 'gray', size: `${width}:${height}` }),
    ),
  );
  const size = width * height;
  return Array.from({ length: Math.min(first!.length, second!.length) / size }, (_, frame) => {
    let sum = 0;
    for (let i = frame * size; i < (frame + 1) * size; i++) sum += Math.abs(first![i]! - second![i]!);
    return sum / size;
  });
}

async function whole(): Promise<Figures> {
  const seconds = Number(values.seconds ?? 120);
  const segment = Math.min(10, 2 * Math.ceil(seconds / 8));
  await makeFilm('whole.mp4', seconds, '320:180');
  const alone = await convert(['whole.mp4'], 'one.mp4', styled);
  await convert(['whole.mp4'], 'plain-one.mp4', PLAIN);
  await Promise.all([0, 1, 2].map((core) => startWorker(core)));
  const cut = ['--segment', String(segment)];
  const parted = await queued(['whole.mp4'], 'parts.mp4', ...cut, ...styled);
  await queued(['whole.mp4'], 'plain-parts.mp4', ...cut, ...PLAIN);
  await stopWorkers();
  const same = (kind: 'v' | 'a') => {
    const [one, parts] = ['one.mp4', 'parts.mp4'].map((name) => packetsOf(name, kind));
    return `${one!.length} and ${parts!.length}, ${one!.join() === parts!.join() ? 'with the same times' : 'with OTHER times'}`;
  };
  const frames = segment * FRAME_RATE;
  const apart = async (one: string, parts: string) => {
    const all = await differences(one, parts);
    // The first segment has no run-up, and is equal bit for bit.
    const later = all.slice(frames);
    const firsts = mean(later.filter((_, n) => n % frames === 0));
    const others = mean(later.filter((_, n) => n % frames > 0));
    return [mean(all.slice(0, frames)), firsts, others].map((value) => round(value, 2));
  };
  return {
    film: `320x180, ${seconds} s, in segments of ${segment} s with a run-up of 1 s, ${styled.join(' ')}; three workers`,
    'packets of the picture': same('v'),
    'packets of the sound': same('a'),
    'difference of 255: first segment; first frames of the later ones; their other frames': await apart(
      'one.mp4',
      'parts.mp4',
    ),
    // What is left where nothing is drawn comes from the encoder, which starts anew with a segment.
    'the same, nothing drawn': await apart('plain-one.mp4', 'plain-parts.mp4'),
    'seconds in one piece, on all cores': round(alone),
    'seconds with three workers of a core each': round(parted),
  };
}

const PARTS: Record<string, () => Promise<Figures>> = { scaling, segments, many, whole };
const wanted = values.parts.split(',');
const unknown = wanted.find((part) => !(part in PARTS));
if (unknown !== undefined) throw new Error(`--parts takes ${Object.keys(PARTS).join(', ')}, not ${unknown}.`);

if (!(await isFresh(projectRoot))) await buildApp(projectRoot);
const redis = await startRedis(Number(new URL(url).port), folder);
const found: Record<string, Figures> = {};
try {
  const about = `${new Date().toISOString().slice(0, 10)}, ${machine()}`;
  process.stdout.write(`${about}\n`);
  for (const part of wanted) {
    try {
      found[part] = await PARTS[part]!();
    } catch (error) {
      // The results of the other parts are still useful.
      found[part] = { failed: error instanceof Error ? error.message : String(error) };
      process.exitCode = 1;
      await stopWorkers();
    }
    process.stdout.write(`\n${part}\n`);
    for (const [name, value] of Object.entries(found[part]))
      process.stdout.write(`  ${name.padEnd(60)} ${[value].flat().join(', ')}\n`);
  }
  const json = JSON.stringify({ about, ...found });
  process.stdout.write(`\n${json}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${json}\n`);
} finally {
  for (const child of children) child.kill('SIGKILL');
  await stopEngine(redis);
  await rm(folder, { recursive: true });
}
