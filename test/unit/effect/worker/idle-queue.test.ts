import { expect, test } from 'vitest';
import { IdleQueue } from '../../../../src/effect/worker/idle-queue.ts';

/** A piece of work that takes some turns of the event loop, and says when it begins and ends. */
function piece(queue: IdleQueue, name: string, log: string[]): Promise<string> {
  return queue.run(async () => {
    log.push(`${name} begins`);
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    log.push(`${name} ends`);
    return name;
  });
}

test('after each frame one piece runs, and the next frame waits for no more than that', async () => {
  const queue = new IdleQueue();
  const log: string[] = [];
  const names = ['a', 'b', 'c'];
  const pieces = names.map((name) => piece(queue, name, log));
  for (let frame = 1; frame <= 4; frame++) {
    await queue.frameBegins();
    log.push(`frame ${frame}`);
    await new Promise((resolve) => setImmediate(resolve));
    log.push(`frame ${frame} drawn`);
    await queue.frameEnds();
  }
  expect(log).toEqual([
    ...names.flatMap((name, i) => [
      `frame ${i + 1}`,
      `frame ${i + 1} drawn`,
      `${name} begins`,
      `${name} ends`,
    ]),
    'frame 4',
    'frame 4 drawn',
  ]);
  expect(await Promise.all(pieces)).toEqual(names);
});

test('without frames the pieces run one after the other, and a frame that comes waits for the one under way', async () => {
  const queue = new IdleQueue();
  const log: string[] = [];
  const first = piece(queue, 'a', log);
  const second = piece(queue, 'b', log);
  await first;
  const third = piece(queue, 'c', log);
  await second;
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  while (!log.includes('c begins')) await new Promise((resolve) => setImmediate(resolve));
  await queue.frameBegins();
  log.push('frame');
  expect(log.slice(-3)).toEqual(['c begins', 'c ends', 'frame']);
  await queue.frameEnds();
  await third;
});

test('a piece that fails fails alone', async () => {
  const queue = new IdleQueue();
  const failing = queue.run(() => Promise.reject(new Error('no')));
  const other = queue.run(() => Promise.resolve(7));
  await Promise.all([expect(failing).rejects.toThrow('no'), expect(other).resolves.toBe(7)]);
});

test('closing drops what waits, and what comes after', async () => {
  const queue = new IdleQueue();
  const waiting = queue.run(() => Promise.resolve());
  const dropped = expect(waiting).rejects.toMatchObject({ code: 'ERR_WORKER_DIED' });
  await queue.close();
  await dropped;
  await expect(queue.run(() => Promise.resolve())).rejects.toMatchObject({ code: 'ERR_WORKER_DIED' });
});
