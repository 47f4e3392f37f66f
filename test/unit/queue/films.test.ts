import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectTo } from '../../../src/queue/connection.ts';
import { FilmsQueue } from '../../../src/queue/films.ts';
import type { FilmJob } from '../../../src/queue/jobs.ts';
import { startQueueWorker, type JobDone, type RunningWorker } from '../../../src/queue/worker.ts';
import '../../fixtures/with-resolvers.ts';
import { freePort, missing, startRedis, stopEngine } from '../../fixtures/engines.ts';
import { PaperEngine } from '../../fixtures/paper-engine.ts';

const reason = missing('redis-server');
if (reason) process.stdout.write(`The queue of films is not tested: ${reason}.\n`);

const VERSION = '1.0.0-aaaa';

let redis: ChildProcess;
let port: number;
let url: string;
let folder: string;
let queue: FilmsQueue;
const running: RunningWorker[] = [];
let done: JobDone[] = [];

beforeAll(async () => {
  if (reason) return;
  port = await freePort();
  url = `redis://127.0.0.1:${port}`;
  redis = await startRedis(port);
});

afterAll(async () => {
  if (!reason) await stopEngine(redis);
});

beforeEach(async () => {
  if (reason) return;
  const line = await connectTo(url);
  await line.flushall();
  line.disconnect();
  folder = await mkdtemp(join(tmpdir(), 'portoon-films-'));
  await writeFile(at('film.mp4'), 'a film');
  queue = await FilmsQueue.open(url);
  done = [];
});

afterEach(async () => {
  if (reason) return;
  await Promise.all(running.splice(0).map((worker) => worker.finish()));
  await queue.close();
  await rm(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);

async function work(engine: PaperEngine, options: { version?: string; jobs?: number; stall?: number } = {}) {
  const worker = await startQueueWorker(engine, {
    ...{ url, version: VERSION, jobs: 1, stall: 30_000, ...options },
    onDone: (job) => done.push(job),
  });
  running.push(worker);
  return worker;
}

/** Puts the film into the queue. Returns its id. */
async function add(output: string, job: Partial<FilmJob> = {}, version = VERSION): Promise<string> {
  const id = FilmsQueue.newId();
  const film: FilmJob = {
    ...{ film: at('film.mp4'), name: 'film.mp4', output: at(output), overwrite: false, format: 'mp4' },
    ...{ trim: {}, how: { look: {}, film: { shows: 'picture' }, ep: 'auto' } },
    ...{ scratch: at(`${output}.${id}.segments`), segment: 1, runUp: 0, ...job },
  };
  await queue.add(id, film, version);
  return id;
}

const stateOf = async (id: string) => (await queue.states([id]))[0]!;

/** Waits for what becomes of a film. */
async function ended(id: string) {
  await expect.poll(async () => (await stateOf(id)).state, { interval: 50 }).toMatch(/done|failed|gone/);
  return stateOf(id);
}

/** All keys of Redis that belong to a film or its segments. */
async function keysOf(id: string): Promise<string[]> {
  const line = await connectTo(url);
  const keys = await line.keys(`*${id}*`);
  line.disconnect();
  return keys.filter((key) => !key.includes('cancelled'));
}

test('no film has a number for its name, which the queue would refuse', () => {
  // If names could consist of digits alone, about a dozen of these would.
  const names = Array.from({ length: 3000 }, () => FilmsQueue.newId());
  expect(names.filter((name) => Number.isInteger(Number(name)))).toEqual([]);
});

describe.skipIf(reason)('a film in the queue', () => {
  test('comes out of its segments in their order, from the first to the last, and leaves no files', async () => {
    const engine = new PaperEngine(3);
    await work(engine, { jobs: 2 });
    await work(engine);
    const [cut, whole] = await Promise.all([add('cut.mp4'), add('whole.mp4', { segment: 0, scratch: null })]);
    expect(await ended(cut)).toMatchObject({ state: 'done', frames: 30, version: VERSION, left: 0 });
    expect(await ended(whole)).toMatchObject({ state: 'done', frames: 10 });
    expect(await readFile(at('cut.mp4'), 'utf8')).toBe('[0-1][1-2][2-end]');
    expect(await readFile(at('whole.mp4'), 'utf8')).toBe('[all]');
    expect(engine.converted.sort()).toEqual(['0-1', '1-2', '2-end', 'all']);
    expect((await readdir(folder)).sort()).toEqual(['cut.mp4', 'film.mp4', 'whole.mp4']);
    expect(engine.offered.size).toBe(0);
  });

  test('fails with the reason of a segment that failed three times, alone; retry keeps the rest', async () => {
    let broken = true;
    const engine = new PaperEngine(3, (part) =>
      part === '0-1' && broken ? Promise.reject(new Error('no luck')) : Promise.resolve(),
    );
    const other = new PaperEngine(2);
    await work(engine);
    const id = await add('new.mp4');
    expect(await ended(id)).toMatchObject({ state: 'failed', fault: { message: 'It failed: no luck' } });
    expect(done.filter(({ outcome, kind }) => outcome === 'failed' && kind === 'segment')).toHaveLength(3);
    expect(existsSync(at('new.mp4'))).toBe(false);
    broken = false;
    await work(other);
    expect(await ended(await add('second.mp4'))).toMatchObject({ state: 'done' });

    const converted = engine.converted.length + other.converted.length;
    const again = (await queue.retry(id))!;
    expect(again).not.toBe(id);
    expect(await ended(again)).toMatchObject({ state: 'done', frames: 30 });
    expect(await readFile(at('new.mp4'), 'utf8')).toBe('[0-1][1-2][2-end]');
    expect(engine.converted.length + other.converted.length - converted).toBe(1);
    expect(await ended(id)).toMatchObject({ state: 'gone' });
    expect(await queue.retry(again)).toBeNull();
    expect((await readdir(folder)).sort()).toEqual(['film.mp4', 'new.mp4', 'second.mp4']);
  });

  test('is removed in any state, with its segments; what is whole stays', async () => {
    const release = Promise.withResolvers<undefined>();
    const engine = new PaperEngine(3, async (part, { signal }) => {
      if (part !== '1-2') return;
      // Like the browser, the driver stops when it is told to.
      const gone = new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
      await Promise.race([release.promise, gone]);
    });
    const waiting = await add('waiting.mp4');
    expect(await stateOf(waiting)).toMatchObject({ state: 'waiting', name: 'film.mp4' });
    expect(await queue.remove(waiting)).toBe(true);
    expect(await keysOf(waiting)).toEqual([]);

    await work(engine);
    const busy = await add('busy.mp4');
    await expect.poll(async () => (await stateOf(busy)).rate, { interval: 20 }).toBe(5);
    await expect.poll(() => engine.converted, { interval: 20 }).toContain('0-1');
    expect(await queue.remove(busy)).toBe(true);
    expect(await keysOf(busy)).toEqual([]);
    expect(await readdir(folder)).toEqual(['film.mp4']);
    expect(done.map(({ outcome }) => outcome)).toContain('cancelled');

    release.resolve(undefined);
    const whole = await add('whole.mp4');
    expect(await ended(whole)).toMatchObject({ state: 'done' });
    expect(await queue.remove(whole)).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['film.mp4', 'whole.mp4']);
    expect(await queue.remove(whole)).toBe(false);
    expect(await queue.states()).toEqual([]);
  });

  test('is left alone by workers of another version, and waits for one of its own', async () => {
    const [old, own] = [new PaperEngine(2), new PaperEngine(2)];
    await work(old, { version: '0.9.0-bbbb' });
    const [id, theirs] = [await add('new.mp4'), await add('old.mp4', {}, '0.9.0-bbbb')];
    expect(await ended(theirs)).toMatchObject({ state: 'done', version: '0.9.0-bbbb' });
    expect(await stateOf(id)).toMatchObject({ state: 'waiting', version: VERSION });
    // Jobs for other versions are listed, so that an operator sees why they wait.
    expect(await queue.load()).toEqual([{ version: '0.9.0-bbbb', workers: 1, waiting: 0, active: 0 }]);
    await work(own);
    expect(await ended(id)).toMatchObject({ state: 'done' });
    expect([old.converted.length, own.converted.length]).toEqual([2, 2]);
    expect((await queue.states()).map(({ version }) => version).sort()).toEqual(['0.9.0-bbbb', VERSION]);
  });

  test('goes on elsewhere when a worker gives back what it has', async () => {
    const held = Promise.withResolvers<undefined>();
    const slow = new PaperEngine(2, (_part, { signal }) => {
      held.resolve(undefined);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    });
    const first = await work(slow);
    const id = await add('new.mp4');
    await held.promise;
    const second = new PaperEngine(2);
    await work(second);
    first.handBack();
    expect(await ended(id)).toMatchObject({ state: 'done', frames: 20 });
    expect(done.map(({ outcome }) => outcome)).toContain('handed back');
    expect([slow.converted, second.converted.sort()]).toEqual([[], ['0-1', '1-end']]);
  });

  test('is left alone by a worker that was silent for so long that another one finished it', async () => {
    const cutting = Promise.withResolvers<undefined>();
    const released = Promise.withResolvers<undefined>();
    class FrozenEngine extends PaperEngine {
      override async cuts() {
        cutting.resolve(undefined);
        await released.promise;
        return super.cuts();
      }
    }
    await work(new FrozenEngine(3));
    const id = await add('new.mp4');
    await cutting.promise;
    // What Redis does to the lock of a worker that does not renew it; and the other worker need not
    // wait until this one would have looked for such locks.
    const line = await connectTo(url);
    await line.del([...(await line.keys(`*:${id}:lock`)), ...(await line.keys('*:stalled-check'))]);
    line.disconnect();
    await work(new PaperEngine(3), { stall: 200 });
    expect(await ended(id)).toMatchObject({ state: 'done', frames: 30 });
    expect(done.filter(({ kind }) => kind === 'film')).toMatchObject([{ outcome: 'done' }]);
    released.resolve(undefined);
    await expect.poll(() => done.at(-1)).toMatchObject({ kind: 'film', outcome: 'handed back' });
    expect(await stateOf(id)).toMatchObject({ state: 'done', frames: 30 });
    expect((await readdir(folder)).sort()).toEqual(['film.mp4', 'new.mp4']);
  });

  test('converts again a segment that is not what was written', async () => {
    const spoil = async () => {
      const segments = readdirSync(folder).find((name) => name.endsWith('.segments'))!;
      const [file] = readdirSync(at(segments)).filter((name) => name.startsWith('00000-'));
      if (file) await writeFile(join(folder, segments, file), '[x-y]');
    };
    const engine = new PaperEngine(2, async (part) => {
      // Spoils the part that was written before.
      if (part === '1-end') await spoil();
    });
    await work(engine);
    const id = await add('new.mp4');
    expect(await ended(id)).toMatchObject({ state: 'done' });
    expect(await readFile(at('new.mp4'), 'utf8')).toBe('[0-1][1-end]');
    expect(engine.converted).toEqual(['0-1', '1-end', '0-1']);
  });

  test('does not replace a file that appeared meanwhile, unless it may', async () => {
    const engine = new PaperEngine(1, async (part) => {
      if (part === 'all') await writeFile(at('new.mp4'), "somebody else's");
    });
    await work(engine);
    const whole = { segment: 0, scratch: null };
    const id = await add('new.mp4', whole);
    expect(await ended(id)).toMatchObject({
      state: 'failed',
      fault: { code: 'ERR_FILE_WRITE', message: `${at('new.mp4')} is there already.` },
    });
    expect(await readFile(at('new.mp4'), 'utf8')).toBe("somebody else's");
    expect(await ended(await add('new.mp4', { ...whole, overwrite: true }))).toMatchObject({ state: 'done' });
    expect(await readFile(at('new.mp4'), 'utf8')).toBe('[all]');
    expect((await readdir(folder)).sort()).toEqual(['film.mp4', 'new.mp4']);
  });

  test('that cannot be read or written says where, in a sentence', async () => {
    await work(new PaperEngine(2), { jobs: 3 });
    const [unread, unwritten] = await Promise.all([
      add('new.mp4', { film: at('missing.mp4'), name: 'missing.mp4' }),
      add('film.mp4/new.mp4', { segment: 0, scratch: null }),
    ]);
    const [one, other] = await Promise.all([ended(unread), ended(unwritten)]);
    expect(one.fault).toMatchObject({ code: 'ERR_VIDEO_UNREADABLE' });
    expect(one.fault?.message).toMatch(/^A worker cannot read “missing.mp4”: ENOENT/);
    expect(other.fault).toMatchObject({
      code: 'ERR_FILE_WRITE',
      message: `${at('film.mp4/new.mp4')} can't be written: a part of the path is a file, not a folder.`,
    });
  });

  test('of two hundred segments leaves the worker as it was: no open files, nothing offered', async () => {
    const engine = new PaperEngine(200);
    const open = () => readdirSync('/proc/self/fd').length;
    await work(engine, { jobs: 4 });
    expect(await ended(await add('warm.mp4'))).toMatchObject({ state: 'done' });
    const before = open();
    const id = await add('long.mp4');
    expect(await ended(id)).toMatchObject({ state: 'done', frames: 2000 });
    expect(open()).toBeLessThanOrEqual(before + 2);
    expect(engine.offered.size).toBe(0);
    // Nothing of the segments remains in Redis, except what the film itself keeps.
    expect((await keysOf(id)).filter((key) => key.includes('segments-'))).toEqual([]);
  });

  test('waits while Redis is away, which the worker reports, and goes on', async () => {
    const home = await mkdtemp(join(tmpdir(), 'portoon-redis-'));
    const own = await freePort();
    let other = await startRedis(own, home);
    const worker = await startQueueWorker(new PaperEngine(1), {
      ...{ url: `redis://127.0.0.1:${own}`, version: VERSION, jobs: 1, stall: 30_000 },
      onDone: () => undefined,
    });
    expect(worker.healthy).toBe(true);
    await stopEngine(other);
    await expect.poll(() => worker.healthy).toBe(false);
    other = await startRedis(own, home);
    await expect.poll(() => worker.healthy).toBe(true);
    await worker.finish();
    await stopEngine(other);
    await rm(home, { recursive: true });
  });
});
