import { openAsBlob } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FilmServer } from '../../../../src/cli/film-server.ts';
import { bytesAt } from '../../../../src/record/film/film-bytes.ts';
import { explainChange, explainReading } from '../../../../src/record/film/film-faults.ts';
import { listen, type Listening } from '../../../../src/server/listen.ts';

let folder: string;
let films: FilmServer;
let listening: Listening;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portoon-faults-'));
  films = new FilmServer(createServer());
  listening = await listen(films.http, 0, '127.0.0.1');
});

afterAll(async () => {
  await listening.close();
  await rm(folder, { recursive: true });
});

const ways = {
  'a chosen file': (path: string) => openAsBlob(path),
  'a film of the command line': (path: string) =>
    Promise.resolve(new URL(films.offer(path), listening.url).href),
};

test.for(Object.entries(ways))('%s that was written to meanwhile is not called damaged', async ([, open]) => {
  const path = join(folder, 'film.mp4');
  await writeFile(path, 'a film');
  const source = await open(path);
  expect(Buffer.from(await bytesAt(source, 2, 4)).toString()).toBe('film');
  expect(await explainChange(source, 'film.mp4')).toBeNull();
  expect((await explainReading(source, 'film.mp4', new Error('no'))).message).toContain('damaged');
  await appendFile(path, ' that still grows');
  for (const fault of [
    await explainChange(source, 'film.mp4'),
    await explainReading(source, 'film.mp4', new Error('no')),
  ])
    expect(fault).toMatchObject({
      code: 'ERR_VIDEO_UNREADABLE',
      message: '“film.mp4” was changed meanwhile.',
      wayOut: 'Wait until it is complete, then choose it again.',
    });
});
