import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCommand, UsageError } from '../../../src/cli/options.ts';

const films = (...args: string[]) => readCommand(args)?.films;

describe('portoon convert', () => {
  test('names the new film beside the old one, by style', () => {
    expect(films('in/me.mov')).toEqual([{ from: 'in/me.mov', to: join('in', 'me-toon.mp4'), format: 'mp4' }]);
    expect(films('me.mov', '-s', 'udnie')?.[0]?.to).toBe('me-udnie.mp4');
    expect(films('me.mov', '--matte-only')?.[0]?.to).toBe('me-matte.mp4');
  });

  test('takes the format from the name, and transparency only as WebM', () => {
    expect(films('a.mp4', '-o', 'b.webm')?.[0]?.format).toBe('webm');
    expect(films('a.mp4', '-b', 'transparent')).toEqual([
      { from: 'a.mp4', to: 'a-toon.webm', format: 'webm-alpha' },
    ]);
    expect(() => films('a.mp4', '-o', 'b.mp4', '-b', 'transparent')).toThrow(/call the new film b\.webm/);
    expect(() => films('a.mp4', '-o', 'b.avi')).toThrow(/something\.mp4 or something\.webm, not b\.avi/);
  });

  test('puts several films into a folder, each under a name of its own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'portoon-cli-'));
    expect(films('x/a.mp4', 'b.mkv', '-o', folder)?.map(({ to }) => to)).toEqual([
      join(folder, 'a-toon.mp4'),
      join(folder, 'b-toon.mp4'),
    ]);
    expect(() => films('a.mp4', 'b.mp4', '-o', 'c.mp4')).toThrow(/need a folder: -o c\.mp4\//);
    expect(() => films('x/a.mp4', 'y/a.mov', '-o', 'all/')).toThrow(/Two films would become/);
  });

  test('reads how a style is drawn', () => {
    expect(readCommand(['a.mp4', '--line', '0.5', '--colour', '2'])).toMatchObject({ line: 0.5, colour: 2 });
    expect(readCommand(['a.mp4'])).toMatchObject({ line: 1, colour: 1 });
  });

  test('reads a constant rate', () => {
    expect(readCommand(['a.mp4', '--fps', '29.97'])?.frameRate).toBe(29.97);
    expect(readCommand(['a.mp4'])?.frameRate).toBeNull();
    expect(() => readCommand(['a.mp4', '--fps', '0'])).toThrow(/--fps takes a number from 1 to 240, not 0/);
    expect(readCommand(['a.mp4', '--fps', '25', '--queue', 'redis://x:1'])?.frameRate).toBe(25);
  });

  test('reads times', () => {
    expect(readCommand(['a.mp4', '--from', '1:30', '--to', '1:02:03.5'])?.trim).toEqual({
      from: 90,
      to: 3723.5,
    });
    expect(() => readCommand(['a.mp4', '--from', '2:00', '--to', '90'])).toThrow(/--to must be after --from/);
    expect(() => readCommand(['a.mp4', '--from', '1:99'])).toThrow(/not 1:99/);
    expect(() => readCommand(['a.mp4', '--from', 'noon'])).toThrow(/as 90, 90\.5 or 1:30, not noon/);
  });

  test.each([
    [[], /Name a film/],
    [['a.mp4', '--region', 'nose'], /--region takes person, face, .*not nose/],
    [['a.mp4', '--strength', '2'], /--strength takes a number from 0 to 1, not 2/],
    [['a.mp4', '--strength', ''], /--strength needs a number from 0 to 1\.$/],
    [['a.mp4', '--line', '4'], /--line takes a number from 0 to 3, not 4/],
    [['a.mp4', '--colour', 'loud'], /--colour takes a number from 0 to 2, not loud/],
    [['a.mp4', '--palette', 'red'], /--palette takes none or 1 to 8 colours as aabbcc-ddeeff, not red/],
    [['a.mp4', '--detail', 'best'], /--detail takes auto, fine, light, not best/],
    [['a.mp4', '--quality', 'best'], /--quality takes auto, or a whole number of pixels from 32 to 1080/],
    [['a.mp4', '--stlye', 'toon'], /--stlye/],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => readCommand(args)).toThrow(UsageError);
    expect(() => readCommand(args)).toThrow(message);
  });

  test('a queue has its own options, which mean nothing without it', () => {
    const queue = (...args: string[]) => readCommand(['me.mp4', ...args])?.queue;
    expect(queue()).toBeNull();
    const url = 'redis://films.local:6379';
    expect(queue('--queue', url)).toEqual({ url, segment: 10, runUp: 1, scratch: null });
    expect(queue('--queue', url, '--segment', '0', '--run-up', '2.5', '--scratch', '/s')).toEqual({
      ...{ url, segment: 0, runUp: 2.5, scratch: '/s' },
    });
    for (const [args, sentence] of [
      [
        ['--queue', 'films.local'],
        '--queue takes the address of a Redis, as redis://host:6379, not films.local.',
      ],
      [['--segment', '5'], '--segment is for films that a queue converts: add --queue.'],
      [['--queue', url, '--segment', '5000'], '--segment takes a number from 0 to 3600, not 5000.'],
    ] as const)
      expect(() => queue(...args)).toThrow(new UsageError(sentence));
  });

  test('films at addresses are for workers, and say where the new one goes', () => {
    const film = 'https://s3.example.org/in/my%20film.mov?signature=abc';
    const queue = ['--queue', 'redis://films.local'];
    expect(films(film, '-o', 'out/', ...queue)).toEqual([
      { from: film, to: join('out', 'my film-toon.mp4'), format: 'mp4' },
    ]);
    const to = 'https://s3.example.org/out/new.webm?signature=def';
    expect(films('me.mp4', '-o', to, ...queue)).toEqual([{ from: 'me.mp4', to, format: 'webm' }]);
    expect(() => films(film, '-o', 'out/')).toThrow('workers of a queue read those');
    expect(() => films(film, ...queue)).toThrow('say where the new film goes');
  });
});
