import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workVersion } from '../../../src/cli/app.ts';
import { FilmsQueue } from '../../../src/queue/films.ts';
import { startQueueWorker, type RunningWorker } from '../../../src/queue/worker.ts';
import { BIN, convert } from '../../fixtures/convert-command.ts';
import { freePort, missing, startRedis, stopEngine } from '../../fixtures/engines.ts';
import { PaperEngine } from '../../fixtures/paper-engine.ts';

const reason = missing('redis-server');
if (reason) process.stdout.write(`The commands of a queue are not tested: ${reason}.\n`);

let redis: ChildProcess;
let url: string;
let folder: string;
let queue: FilmsQueue;
const running: RunningWorker[] = [];

beforeAll(async () => {
  if (reason) return;
  const port = await freePort();
  redis = await startRedis(port);
  url = `redis://127.0.0.1:${port}`;
  folder = await mkdtemp(join(tmpdir(), 'portoon-commands-'));
  await writeFile(join(folder, 'a film, “1” ü.mp4'), 'a film');
  queue = await FilmsQueue.open(url);
});

afterAll(async () => {
  if (reason) return;
  await Promise.all(running.splice(0).map((worker) => worker.finish()));
  await queue.close();
  await stopEngine(redis);
  await rm(folder, { recursive: true });
});

async function work(engine: PaperEngine, version: string): Promise<void> {
  const given = { url, version, jobs: 1, stall: 30_000, onDone: () => undefined };
  running.push(await startQueueWorker(engine, given));
}

/** Runs the command, and says how it ended. */
async function portoon(...args: string[]): Promise<{ code: number; said: string; errors: string }> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder });
  let [said, errors] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said, errors };
}

const FILM = 'a film, “1” ü.mp4';

describe.skipIf(reason)('films in a queue', () => {
  test('are refused for a wrong option before one of them is queued', async () => {
    const wrong: [string, string, RegExp][] = [
      ['-b', 'blurr', /--background takes live, .*; blurr is neither a colour nor a file/],
      ['--style', 'tooon', /--style takes none, .*toon.*, not tooon/],
      ['--fps', '0', /--fps takes a number from 1 to 240, not 0/],
    ];
    const runs = await Promise.all(
      wrong.map(([option, value]) => convert(folder, FILM, option, value, '--queue', url)),
    );
    for (const [index, { code, events }] of runs.entries()) {
      expect(code).toBe(2);
      expect(events).toHaveLength(1);
      expect(events[0]?.message).toMatch(wrong[index]![2]);
    }
    expect(await queue.states()).toEqual([]);
  });

  test('are listed, tried again and removed by their names in the queue', async () => {
    const version = await workVersion();
    let broken = true;
    const engine = new PaperEngine(2, () =>
      broken ? Promise.reject(new Error('no luck')) : Promise.resolve(),
    );
    await work(engine, version);
    const { code, events } = await convert(folder, FILM, '-o', 'new films/', '--queue', url);
    expect(code).toBe(1);
    expect(events[0]).toMatchObject({ event: 'failed', film: FILM, message: 'It failed: no luck' });
    // The command in the message works.
    const [, id] = /^Try again: portoon queue retry (\w+)$/.exec(events[0]!.wayOut)!;
    const list = await portoon('queue', '--queue', url);
    const [film, workers, ...more] = list.said.trim().split('\n');
    expect(more).toEqual([]);
    expect(film).toMatch(new RegExp(`^${id!} +${version} +failed .*${FILM} +It failed: no luck$`));
    expect(workers).toBe(`Version ${version}: 1 worker; segments: 0 under way, 0 waiting`);

    broken = false;
    const retried = await portoon('queue', 'retry', id!, 'nobody', '--queue', url);
    expect(retried).toMatchObject({ code: 1, errors: 'nobody is not a failed film.\n' });
    const [, fresh] = new RegExp(`^${id!} is tried again as (\\w+)\n$`).exec(retried.said)!;
    await expect.poll(async () => (await queue.states([fresh!]))[0]?.state).toBe('done');
    expect(await readdir(join(folder, 'new films'))).toEqual(['a film, “1” ü-toon.mp4']);

    const removed = await portoon('queue', 'remove', fresh!, id!, '--queue', url);
    expect(removed).toEqual({
      code: 1,
      said: `${fresh!} removed\n`,
      errors: `${id!} is not in the queue.\n`,
    });
    expect(await readdir(join(folder, 'new films'))).toHaveLength(1);
    const left = await portoon('queue', '--json', '--queue', url);
    expect(JSON.parse(left.said)).toEqual({ version, workers: 1, waiting: 0, active: 0 });
    await running.pop()!.finish();
  });

  test('wait for workers of their version, and list the versions of those that run', async () => {
    await work(new PaperEngine(2), '0.0.1-old');
    const args = ['convert', FILM, '-o', 'late.mp4', '--queue', url, '--json'];
    const child = spawn(process.execPath, [BIN, ...args], { cwd: folder });
    const closed = once(child, 'close') as Promise<[number]>;
    const [said] = (await once(child.stderr, 'data')) as [Buffer];
    const version = await workVersion();
    expect(said.toString()).toContain(`This is Portoon ${version}, and the workers there have 0.0.1-old`);
    expect(await queue.states()).toMatchObject([{ state: 'waiting', version }]);
    await work(new PaperEngine(2), version);
    expect((await closed)[0]).toBe(0);
    expect(await readdir(folder)).toContain('late.mp4');
  });
});
