import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workVersion } from '../../src/cli/app.ts';
import { connectTo, openQueues } from '../../src/queue/connection.ts';
import { BIN, convert } from '../fixtures/convert-command.ts';
import { rewriteEdits } from '../fixtures/edit-list.ts';
import { freePort, missing, startRedis, stopEngine } from '../fixtures/engines.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { decodeErrors, decodePictures, noFfmpeg, probe } from '../fixtures/ffmpeg.ts';
import { startSignedStore } from '../fixtures/signed-store.ts';
import { startQueueWorker, type QueueWorker } from '../fixtures/queue-worker.ts';
import { LONG_WAIT } from '../fixtures/waits.ts';

const run = promisify(execFile);
const reason = noFfmpeg ?? missing('redis-server');
if (reason) process.stdout.write(`Films in a queue are not tested: ${reason}.\n`);

const CAMERA = { frames: 90, width: 160, height: 90, numbered: false };
const PLAIN = ['-s', 'none', '-r', 'everything'];
/** After so many seconds of silence a worker counts as lost. */
const STALL = '4';

let folder: string;
let redis: ChildProcess;
let port: number;
/** The port of the first worker's metrics. */
let figuresPort: number;
let url: string;
let workers: QueueWorker[];

const at = (name: string) => join(folder, name);
const ffmpeg = (args: string) => run('ffmpeg', ['-v', 'error', '-y', ...args.split(' ')], { cwd: folder });
const alone = (...args: string[]) => convert(folder, ...args);
const queued = (...args: string[]) => convert(folder, ...args, '--queue', url, '--segment', '2');
const startWorker = (...args: string[]) => startQueueWorker(url, '--stall', STALL, ...args);

/** The files in a folder that are not finished films. */
const leftovers = async (name: string) =>
  (await readdir(at(name))).filter((file) => !/^[\w-]+\.(mp4|webm)$/.test(file));

beforeAll(async () => {
  if (reason) return;
  folder = await mkdtemp(join(tmpdir(), 'portoon-queue-'));
  port = await freePort();
  url = `redis://127.0.0.1:${port}`;
  const camera = await fakeCamera(CAMERA);
  const source = '-f lavfi -i testsrc2=s=160x96';
  const h264 = '-c:v libx264 -preset ultrafast -pix_fmt yuv420p';
  [redis] = await Promise.all([
    startRedis(port, folder),
    ffmpeg(`${source}:r=15:d=6 -f lavfi -i sine=440:d=6 ${h264} -g 15 -bf 2 -c:a aac steady.mp4`),
    ffmpeg(
      `${source}:r=30:d=5 -vf select='not(mod(n,3))+gt(n,70)*mod(n,2)' -fps_mode vfr ${h264} -bf 2 -g 9 variable.mp4`,
    ),
    ffmpeg(`${source}:r=60:d=3 ${h264} -g 250 sixty.mkv`),
    ffmpeg(`${source}:r=30 -frames:v 1 ${h264} one.mov`),
    ffmpeg(`-i ${camera.path} -frames:v 60 ${h264} -crf 12 -g 15 person.mp4`),
    ffmpeg(`-f lavfi -i testsrc2=s=480x270:r=30:d=6 ${h264} -g 30 busy.mp4`),
    writeFile(at('diary.mp4'), 'Dear diary'),
  ]);
  await ffmpeg('-i steady.mp4 -c copy -metadata:s:v rotate=90 turned.mp4');
  await rewriteEdits(at('steady.mp4'), at('edits.mp4'), [
    { length: 1500, from: 0.25 },
    { length: 1510, from: 4.013 },
  ]);
  figuresPort = await freePort();
  workers = await Promise.all([startWorker('--port', String(figuresPort)), startWorker()]);
});

afterAll(async () => {
  if (reason) return;
  await Promise.all(workers.map(({ child }) => stopEngine(child)));
  await stopEngine(redis);
  await rm(folder, { recursive: true });
});

/** What ffprobe says of each packet of a kind: times, length, and whether it is a key frame. */
async function packetsOf(name: string, kind: 'v' | 'a'): Promise<string[]> {
  const entries = kind === 'v' ? 'pts,dts,duration' : 'pts,dts,duration,size';
  const { stdout } = await run('ffprobe', [
    ...['-v', 'error', '-select_streams', kind, '-show_entries', `packet=${entries}`, '-of', 'csv', at(name)],
  ]);
  return stdout.trim().split('\n');
}

describe.skipIf(reason)('films in a queue', () => {
  test('have the same packets, times and sound from two workers as in one piece', async () => {
    const films = ['steady.mp4', 'variable.mp4', 'sixty.mkv', 'turned.mp4'];
    const store = await startSignedStore();
    store.files.set('/in/steady.mp4', await readFile(at('steady.mp4')));
    const address = (path: string) => `${store.site}${path}?signature=good`;
    // When the test is tried a second time, the films of the first try are still there.
    const plain = [...PLAIN, '--overwrite'];
    const how = [...plain, '--from', '0.5', '--to', '5.3'];
    const uneven = ['variable.mp4', ...plain, '--fps', '12'];
    const [even, evenParts, edited, editedParts, whole, parts, stored] = await Promise.all([
      alone(...uneven, '-o', 'even.mp4'),
      queued(...uneven, '-o', 'even-parts.mp4'),
      alone('edits.mp4', ...plain, '-o', 'edited.mp4'),
      // Without a run-up, and from a film whose edits do not begin at key frames.
      convert(
        folder,
        ...['edits.mp4', ...plain, '-o', 'edited-parts.mp4', '--queue', url],
        ...['--segment', '1', '--run-up', '0'],
      ),
      alone(...films, ...how, '-o', 'whole/'),
      queued(...films, ...how, '-o', 'parts/'),
      queued(
        address('/in/steady.mp4'),
        ...how,
        ...['-o', address('/out/new.mp4'), '--scratch', address('/scratch')],
      ),
    ]);
    const runs = [even, evenParts, edited, editedParts, whole, parts, stored];
    expect(
      runs.map(({ code }) => code),
      JSON.stringify(runs.map(({ events, errors }) => [events, errors])),
    ).toEqual(runs.map(() => 0));
    // Over HTTP no temporary files remain: only the new film was added.
    expect([...store.files.keys()]).toEqual(['/in/steady.mp4', '/out/new.mp4']);
    await writeFile(at('parts/stored.mp4'), store.files.get('/out/new.mp4')!);
    store.close();
    const pairs = [
      ...films
        .map((film) => film.replace(/\.\w+$/, '-none.mp4'))
        .map((name) => [`whole/${name}`, `parts/${name}`]),
      ['whole/steady-none.mp4', 'parts/stored.mp4'],
      ['even.mp4', 'even-parts.mp4'],
      ['edited.mp4', 'edited-parts.mp4'],
    ] as [string, string][];
    for (const [one, other] of pairs) {
      expect(await packetsOf(other, 'v'), other).toEqual(await packetsOf(one, 'v'));
      expect(await packetsOf(other, 'a'), other).toEqual(await packetsOf(one, 'a'));
      expect(await decodeErrors(at(other)), other).toBe('');
      const [picture, same] = [await probe(at(one)), await probe(at(other))].map(({ tracks }) => tracks[0]);
      expect([same?.width, same?.height], other).toEqual([picture?.width, picture?.height]);
    }
    // The JSON messages are the same as well; only the order of the films may differ.
    for (const { film, frames, audio, audioCopied } of whole.events)
      expect(parts.events.find((event) => event.film === film)).toMatchObject({
        event: 'done',
        frames,
        audio,
        audioCopied,
      });
    expect(await leftovers('parts')).toEqual([]);
    // The film's frame rate varies; at the new constant rate some frames are left out and some
    // repeated, also across the cuts.
    expect((await probe(at('even-parts.mp4'))).pictures).toEqual(
      Array.from({ length: 60 }, (_, index) => expect.closeTo(index / 12, 3) as number),
    );
    // Both workers took segments, not whole films.
    for (const { said } of workers) expect(said).toMatch(/segment \d of [23]/);
    const figures = await (await fetch(`http://127.0.0.1:${figuresPort}/metrics`)).text();
    const count = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(figures)?.[1]);
    expect(count('portoon_worker_jobs_total{kind="segment",outcome="done"}')).toBe(
      workers[0]!.said.match(/segment \d of \d: \d+ frames/g)!.length,
    );
    expect(count('portoon_worker_frames_total')).toBeGreaterThan(0);
    // Each worker starts one browser for all its jobs.
    expect([count('portoon_worker_browser_starts'), count('portoon_worker_active_jobs')]).toEqual([1, 0]);
  });

  test('have the same matte as in one piece, which takes a run-up, and keep their transparency', async () => {
    const matte = ['person.mp4', '-s', 'none', '--matte-only', '--matte-size', '96'];
    const clear = ['person.mp4', '-s', 'none', '-b', 'transparent', '--matte-size', '96'];
    const cut = ['--queue', url, '--segment', '1'];
    const runs = await Promise.all([
      alone(...matte, '-o', 'matte.mp4'),
      convert(folder, ...matte, '-o', 'with.mp4', ...cut),
      convert(folder, ...matte, '-o', 'without.mp4', ...cut, '--run-up', '0'),
      convert(folder, ...clear, '-o', 'clear.webm', ...cut),
    ]);
    expect(
      runs.map(({ code }) => code),
      JSON.stringify(runs.map(({ events, errors }) => [events, errors])),
    ).toEqual([0, 0, 0, 0]);
    const size = CAMERA.width * CAMERA.height;
    const [whole, ...cuts] = await Promise.all(
      ['matte.mp4', 'with.mp4', 'without.mp4'].map((name) => decodePictures(at(name), { pixels: 'gray' })),
    );
    const [ours, without] = cuts.map((parts) =>
      Array.from({ length: 60 }, (_, frame) => {
        let sum = 0;
        for (let i = frame * size; i < (frame + 1) * size; i++) sum += Math.abs(whole![i]! - parts[i]!);
        return sum / size;
      }),
    );
    expect(cuts.map(({ length }) => length)).toEqual([60 * size, 60 * size]);
    // After the cut only the encoder, which starts anew there, may make a difference; before it the
    // pictures are equal.
    expect(Math.max(...ours!.slice(0, 30))).toBe(0);
    const elsewhere = ours!.slice(40).reduce((sum, value) => sum + value, 0) / 20;
    expect(ours![30], `elsewhere ${elsewhere}`).toBeLessThan(2.5 * elsewhere);
    expect(ours![30]).toBeLessThan(0.75 * without![30]!);
    // The transparency of VP9 survives the joining.
    const pixels = await decodePictures(at('clear.webm'), { pixels: 'rgba', decoder: 'libvpx-vp9' });
    expect(pixels.length).toBe(60 * 4 * size);
    for (const frame of [0, 29, 30, 59]) {
      const corner = pixels[4 * size * frame + 3]!;
      const body =
        pixels[
          4 * (size * frame + Math.round(0.75 * CAMERA.height) * CAMERA.width + (CAMERA.width >> 1)) + 3
        ]!;
      expect([corner < 16, body > 200], `frame ${frame}: corner ${corner}, body ${body}`).toEqual([
        true,
        true,
      ]);
    }
  });

  test('survive a killed worker, a frozen one and a Redis that starts again; a bad one fails alone', async () => {
    const line = await connectTo(url);
    const queues = await openQueues(line, await workVersion());
    /** Waits until a segment is half drawn. */
    const inMidSegment = async () => {
      await expect
        .poll(async () => (await queues.segments.getActive()).map(({ progress }) => progress), {
          ...LONG_WAIT,
          interval: 20,
        })
        .toContainEqual(
          expect.objectContaining({ frames: expect.toSatisfy((frames) => frames > 0) as number }),
        );
    };
    // When the test is tried a second time, the films of the first try are still there.
    const films = ['busy.mp4', 'diary.mp4', 'one.mov', 'missing.mp4'];
    const converting = queued(...films, ...PLAIN, '--overwrite', '-o', 'safe/');
    await inMidSegment();
    // The stopped worker resumes later and finds that its segment was given away; the killed one
    // never resumes.
    workers[0]!.child.kill('SIGSTOP');
    workers[1]!.child.kill('SIGKILL');
    await stopEngine(redis);
    redis = await startRedis(port, folder);
    workers[1] = await startWorker();
    const { code, events } = await converting;
    workers[0]!.child.kill('SIGCONT');
    await queues.close();
    line.disconnect();
    expect(code).toBe(1);
    const of = (name: string) => events.find(({ film }) => film === name);
    expect(of('diary.mp4')).toMatchObject({ event: 'failed', code: 'ERR_VIDEO_UNREADABLE' });
    expect(of('diary.mp4')?.message).toMatch(/is a text file, not a video/);
    expect(of('missing.mp4')?.message).toMatch(/There is no file/);
    expect(of('one.mov')).toMatchObject({ event: 'done', frames: 1 });
    expect(of('busy.mp4')).toMatchObject({ event: 'done', frames: 180 });
    const { pictures } = await probe(at('safe/busy-none.mp4'));
    for (const [index, time] of pictures.entries()) expect(time).toBeCloseTo(index / 30, 3);
    expect(pictures).toHaveLength(180);
    expect(await decodeErrors(at('safe/busy-none.mp4'))).toBe('');
    expect(await leftovers('safe')).toEqual([]);
  });

  test('leave neither files nor jobs after Ctrl-C, and a worker that is stopped finishes properly', async () => {
    const args = ['convert', 'busy.mp4', ...PLAIN, '-o', 'stopped/new.mp4', '--queue', url, '--segment', '2'];
    const child = spawn(process.execPath, [BIN, ...args, '--json'], { cwd: folder });
    const closed = once(child, 'close') as Promise<[number]>;
    // The first progress message means that the film has been cut and segments are being converted.
    await once(child.stdout, 'data');
    expect(await leftovers('stopped')).not.toEqual([]);
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += data.toString()));
    child.kill('SIGINT');
    await expect.poll(() => said).toContain('"ended"');
    const told = performance.now();
    expect((await closed)[0]).toBe(130);
    // The command ends as soon as it has reported, and does not wait for its timeout.
    expect(performance.now() - told).toBeLessThan(15_000);
    expect(await readdir(at('stopped'))).toEqual([]);
    const list = await run(process.execPath, [BIN, 'queue', '--queue', url, '--json']);
    const states = list.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const version = await workVersion();
    expect(states.at(-1)).toEqual({ version, workers: 2, waiting: 0, active: 0 });
    expect(states.filter(({ name }) => name === 'busy.mp4').map(({ state }) => state)).toEqual(['done']);

    // A worker that stops without grace gives its segment to the other worker at once.
    const converting = queued('busy.mp4', ...PLAIN, '-o', 'handed.mp4');
    const hasty = await startWorker('--grace', '0');
    await expect.poll(() => hasty.said).toContain('Takes films');
    const ended = once(hasty.child, 'exit') as Promise<[number]>;
    hasty.child.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
    expect((await converting).events[0]).toMatchObject({ event: 'done', frames: 180 });
  });

  test('a silent Redis and a wrong address are reported; a film that is not cut needs no queue', async () => {
    const free = await freePort();
    const { code, events } = await convert(folder, 'one.mov', '--queue', `redis://:secret@127.0.0.1:${free}`);
    expect(code).toBe(1);
    expect(events[0]?.message).toMatch(`No Redis answers at redis://127.0.0.1:${free}`);
    // A film that is not cut needs no queue, so the missing Redis does not matter.
    const whole = await convert(folder, 'sixty.mkv', ...PLAIN, '--queue', url, '--segment', '0');
    expect(whole.events).toMatchObject([{ event: 'done', frames: 180 }]);
    const wrong = await convert(folder, 'one.mov', '--queue', 'films.local');
    expect(wrong.code).toBe(2);
    expect(wrong.events[0]?.message).toContain('as redis://host:6379');
  });
});
