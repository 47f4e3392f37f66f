import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beepsIn } from '../fixtures/clapper.ts';
import { BIN, convert } from '../fixtures/convert-command.ts';
import { fakeCamera, type FakeCamera } from '../fixtures/fake-camera.ts';
import {
  decodeErrors,
  decodePictures,
  decodeSound,
  describeFilm,
  noFfmpeg,
  probe,
} from '../fixtures/ffmpeg.ts';

const run = promisify(execFile);

let folder: string;
let out: string;
let camera: FakeCamera;

const at = (name: string) => join(folder, name);
const ffmpeg = (args: string) => run('ffmpeg', ['-v', 'error', '-y', ...args.split(' ')], { cwd: folder });

const portoon = (...args: string[]) => convert(folder, ...args);

/** Overwrites one packet of the picture, but for its length. */
async function scratch(name: string, index: number): Promise<void> {
  const question = '-v error -select_streams v -show_entries packet=pos,size -of json';
  const { stdout } = await run('ffprobe', [...question.split(' '), at(name)]);
  const { pos, size } = (JSON.parse(stdout) as { packets: { pos: string; size: string }[] }).packets[index]!;
  const film = await readFile(at(name));
  film.fill(0xa5, Number(pos) + 5, Number(pos) + Number(size));
  await writeFile(at(name), film);
}

const SOURCE = '-f lavfi -i testsrc2=s=160x96';
const TONE = '-f lavfi -i sine=440:d=0.5';
const H264 = '-c:v libx264 -preset ultrafast -pix_fmt yuv420p';
const SIX = 'pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0';

beforeAll(async () => {
  if (noFfmpeg) return;
  folder = await mkdtemp(join(tmpdir(), 'portoon-convert-'));
  out = at('out');
  camera = await fakeCamera();
  await Promise.all([
    ffmpeg(`${SOURCE}:r=30:d=0.5 ${TONE} ${H264} -bf 2 -c:a aac constant.mp4`),
    ffmpeg(
      `${SOURCE}:r=30:d=1 -vf select='not(mod(n,3))+gt(n,15)*mod(n,2)' -fps_mode vfr ${H264} -bf 2 variable.mp4`,
    ),
    ffmpeg(`${SOURCE}:r=60:d=0.5 ${H264} sixty.mkv`),
    ffmpeg(`${SOURCE}:r=30 -frames:v 1 ${H264} one.mov`),
    ffmpeg(
      `-f lavfi -i testsrc=s=161x95:r=30:d=0.3 -pix_fmt yuv420p -c:v libvpx -auto-alt-ref 1 -lag-in-frames 8 odd.webm`,
    ),
    ffmpeg(`${SOURCE}:r=25:d=0.4 ${TONE} -af ${SIX} ${H264} -c:a aac surround.mkv`),
    ffmpeg(`${SOURCE}:r=25:d=0.4 ${TONE} -af ${SIX} ${H264} -c:a pcm_s16le uncompressed.mov`),
    ffmpeg(
      `-f lavfi -i color=s=64x36:r=1:d=300,drawbox=c=white:t=fill:enable='not(mod(n,10))+eq(n,299)' -f lavfi -i aevalsrc=sin(6283*t)*(lt(mod(t\\,10)\\,0.1)+between(t\\,299\\,299.1)):d=300:s=48000 ${H264} -c:a pcm_s16le clapper.mov`,
    ),
    ffmpeg(`${TONE} -c:a aac sound.m4a`),
    ffmpeg(`${SOURCE}:r=25:d=0.2 -c:v mpeg4 old.avi`),
    ffmpeg(`${SOURCE}:r=25:d=0.2 -c:v mpeg4 part2.mp4`),
    ffmpeg(`-f lavfi -i testsrc2=s=7680x4320:r=1 -frames:v 1 ${H264} huge.mp4`),
    // The demo clip with a person in it, as H.264.
    ffmpeg(`-i ${camera.path} -frames:v 8 -c:v libx264 -crf 12 -pix_fmt yuv420p person.mp4`),
    writeFile(at('diary.mp4'), 'Dear diary'),
    writeFile(at('empty.mp4'), ''),
  ]);
  await ffmpeg('-i constant.mp4 -c copy -metadata:s:v rotate=90 turned.mp4');
  await ffmpeg(`${SOURCE}:r=30 -frames:v 30 ${H264} -g 10 -bf 2 scratched.mp4`);
  await scratch('scratched.mp4', 14);
  await copyFile(at('constant.mp4'), at('misnamed.webm'));
  const whole = await readFile(at('constant.mp4'));
  await writeFile(at('headless.mp4'), whole.subarray(0, whole.length / 2));
  await ffmpeg('-i constant.mp4 -c copy -movflags faststart index-first.mp4');
  const indexFirst = await readFile(at('index-first.mp4'));
  await writeFile(at('broken-off.mp4'), indexFirst.subarray(0, indexFirst.length * 0.55));
  await ffmpeg(
    `-i constant.mp4 -c copy -encryption_scheme cenc-aes-ctr -encryption_key ${'76'.repeat(16)} -encryption_kid ${'a7'.repeat(16)} locked.mp4`,
  );
});

afterAll(async () => {
  if (!noFfmpeg) await rm(folder, { recursive: true });
});

describe.skipIf(noFfmpeg)('portoon convert', () => {
  test('every frame of every kind of film is converted, with its time and the sound', async () => {
    const films = [
      'constant.mp4',
      'variable.mp4',
      'sixty.mkv',
      'one.mov',
      'turned.mp4',
      'odd.webm',
      'surround.mkv',
      'uncompressed.mov',
      'misnamed.webm',
      'scratched.mp4',
      'clapper.mov',
    ];
    const { code, events, errors } = await portoon(...films, '-o', 'out/', '-s', 'none', '-r', 'everything');
    expect(errors).toBe('');
    expect(events.filter(({ event }) => event === 'failed')).toEqual([]);
    expect(code).toBe(0);
    for (const [index, name] of films.entries()) {
      const made = join(out, `${name.replace(/\.\w+$/, '')}-none.mp4`);
      const [before, after] = [await probe(at(name)), await probe(made)];
      expect(after.pictures.length, name).toBe(before.pictures.length);
      expect(events[index]?.frames, name).toBe(before.pictures.length);
      for (const [frame, time] of before.pictures.entries())
        expect(Math.abs(after.pictures[frame]! - time), `${name}, frame ${frame}`).toBeLessThan(0.001);
      expect(await decodeErrors(made), name).toBe('');
      expect(events[index]?.warnings.length, name).toBe(
        name === 'odd.webm' || name === 'scratched.mp4' ? 1 : 0,
      );
      const sound = (film: typeof after) => film.tracks.filter(({ type }) => type === 'audio').length;
      expect(sound(after), name).toBe(sound(before));
      const picture = after.tracks.find(({ type }) => type === 'video')!;
      const size =
        name === 'turned.mp4'
          ? [96, 160]
          : name === 'odd.webm'
            ? [162, 96]
            : name === 'clapper.mov'
              ? [64, 36]
              : [160, 96];
      expect([picture.width, picture.height], name).toEqual(size);
      expect(picture.codec).toBe('h264');
    }
    // A damaged frame also spoils those that are predicted from it, and no others.
    const { concealed, mended, warnings } = events[films.indexOf('scratched.mp4')]!;
    expect(concealed).toBeGreaterThan(0);
    expect(concealed).toBeLessThan(8);
    expect(mended).toBe(concealed);
    expect(warnings.join()).toContain(`${concealed} of 30 frames are damaged`);
    const copied = (name: string) => events[films.indexOf(name)]?.audioCopied;
    expect(copied('constant.mp4')).toBe(true);
    expect(copied('surround.mkv')).toBe(true);
    expect(copied('uncompressed.mov')).toBe(false);
    // Flash and beep stay together over five minutes, though the sound was encoded again.
    const clapper = join(out, 'clapper-none.mp4');
    const [flashes, sound] = await Promise.all([
      decodePictures(clapper, { pixels: 'gray', size: '1:1' }),
      decodeSound(clapper, 48_000),
    ]);
    const times = (await probe(clapper)).pictures.filter((_, index) => flashes[index]! > 128);
    const beeps = beepsIn(sound);
    expect(times).toHaveLength(31);
    expect(beeps).toHaveLength(31);
    for (const [index, time] of times.entries()) expect(Math.abs(beeps[index]! - time)).toBeLessThan(0.02);
    // No file of an unfinished film is left.
    expect((await readdir(out)).filter((name) => !name.endsWith('.mp4'))).toEqual([]);
    // A film with a rotation comes out upright: the picture is what a player would show. The
    // comparison needs RGBA, because the old film is BT.601 and the new one BT.709, so their luma
    // differs.
    const [lying, standing] = await Promise.all([
      decodePictures(at('turned.mp4'), { pixels: 'rgba' }),
      decodePictures(join(out, 'turned-none.mp4'), { pixels: 'rgba' }),
    ]);
    expect(meanDifference(lying, standing)).toBeLessThan(6);
    // H.264 repeats the last line of an odd size. The picture itself does not move.
    const [odd, even] = await Promise.all([
      decodePictures(at('odd.webm'), { pixels: 'rgba' }),
      decodePictures(join(out, 'odd-none.mp4'), { pixels: 'rgba', crop: '161:95:0:0' }),
    ]);
    expect(meanDifference(odd, even)).toBeLessThan(6);
  }, 180_000);

  test('draws the person and leaves the room as it is; trims; writes the matte', async () => {
    const common = ['person.mp4', '-q', '160', '-y'];
    const toon = await portoon(...common, '-o', 'toon.mp4');
    const matte = await portoon(...common, '-o', 'matte.mp4', '--matte-only', '-s', 'none');
    const cut = await portoon(
      ...common,
      '-o',
      'cut.webm',
      '-s',
      'none',
      '-b',
      'transparent',
      '--from',
      '0.1',
      '--to',
      '0.2',
    );
    expect([toon.code, matte.code, cut.code], `${toon.errors}${matte.errors}${cut.errors}`).toEqual([
      0, 0, 0,
    ]);
    expect(toon.events[0]?.frames).toBe(8);
    expect(cut.events[0]?.frames).toBe(3);
    const { width, height } = camera;
    const [before, after, grey] = await Promise.all([
      decodePictures(at('person.mp4'), { pixels: 'rgba' }),
      decodePictures(at('toon.mp4'), { pixels: 'rgba' }),
      decodePictures(at('matte.mp4'), { pixels: 'gray' }),
    ]);
    const frame = 7;
    const from = frame * width * height;
    const truth = camera.frame(frame).matte;
    let inside = 0;
    let outside = 0;
    let insides = 0;
    let outsides = 0;
    let wrong = 0;
    for (let i = 0; i < width * height; i++) {
      const real = truth[i]!;
      let change = 0;
      for (let c = 0; c < 3; c++)
        change += Math.abs(after[4 * (from + i) + c]! - before[4 * (from + i) + c]!) / 3;
      if (Math.abs(grey[from + i]! - real) > 128) wrong++;
      if (real === 255) {
        inside += change;
        insides++;
      } else if (real === 0 && grey[from + i]! < 8) {
        outside += change;
        outsides++;
      }
    }
    expect(wrong / (width * height)).toBeLessThan(0.05);
    expect(outside / outsides).toBeLessThan(3);
    expect(inside / insides).toBeGreaterThan(4 * (outside / outsides));
    expect((await describeFilm(at('cut.webm'))).colours).toMatchObject({ range: 'tv', matrix: 'bt709' });
    // Of ffmpeg's decoders only libvpx-vp9 decodes VP9's alpha.
    const clear = await decodePictures(at('cut.webm'), { pixels: 'rgba', decoder: 'libvpx-vp9' });
    const corner = clear[3]!;
    const middle = clear[4 * (Math.round(0.75 * height) * width + (width >> 1)) + 3]!;
    expect([corner < 16, middle > 240], `corner ${corner}, middle ${middle}`).toEqual([true, true]);
    // Along the outline the colours are the film's own, not darkened by transparency. The
    // comparison begins with the fourth frame.
    let [shown, own] = [0, 0];
    for (let i = 0; i < width * height; i++) {
      if (clear[4 * i + 3]! < 64 || clear[4 * i + 3]! > 192) continue;
      for (let c = 0; c < 3; c++) {
        shown += clear[4 * i + c]!;
        own += before[4 * (3 * width * height + i) + c]!;
      }
    }
    expect(shown / own).toBeGreaterThan(0.85);
    // Nor are they those of another range where nothing is transparent.
    let [off, whole] = [0, 0];
    for (let i = 0; i < width * height; i++) {
      if (clear[4 * i + 3]! < 250) continue;
      whole++;
      for (let c = 0; c < 3; c++) off += (clear[4 * i + c]! - before[4 * (3 * width * height + i) + c]!) / 3;
    }
    expect(Math.abs(off / whole)).toBeLessThan(3);
  }, 180_000);

  test('says what a file is that is not a film, and what would be right; the other films are converted', async () => {
    const films: Record<string, RegExp> = {
      'diary.mp4': /is a text file, not a video/,
      'empty.mp4': /is empty/,
      'sound.m4a': /has sound but no picture/,
      'headless.mp4': /is cut short or damaged/,
      'locked.mp4': /is encrypted/,
      'huge.mp4': /is 7680 × 4320/,
      'old.avi': /is an AVI film, which Portoon does not read/,
      'part2.mp4': /holds pictures in a way that Portoon does not know/,
      'missing.mp4': /There is no file/,
    };
    const { code, events } = await portoon(
      ...Object.keys(films),
      'broken-off.mp4',
      '-o',
      'bad/',
      '-s',
      'none',
    );
    expect(code).toBe(1);
    for (const [index, [name, message]] of Object.entries(films).entries()) {
      expect(events[index], name).toMatchObject({ event: 'failed', film: name });
      expect(events[index]?.message).toMatch(message);
      expect(events[index]?.wayOut).toMatch(/\w{4}/);
      if (name === 'old.avi' || name === 'part2.mp4') expect(events[index]?.wayOut).toContain('ffmpeg -i');
    }
    const last = events.at(-1)!;
    expect(last.event).toBe('done');
    expect(last.warnings.join()).toMatch(/breaks off after 0\.\d s of 0\.5 s/);
    expect(await readdir(at('bad'))).toEqual(['broken-off-none.mp4']);
  });

  test('Ctrl-C leaves nothing behind', async () => {
    const child = spawn(
      process.execPath,
      [BIN, 'convert', 'person.mp4', '-o', 'stopped/film.mp4', '-q', '384', '--json'],
      { cwd: folder },
    );
    const closed = once(child, 'close') as Promise<[number]>;
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += data.toString()));
    // The first progress message means that a part of the film has been written.
    await once(child.stdout, 'data');
    expect(await readdir(at('stopped'))).toEqual(['film.mp4.part']);
    child.kill('SIGINT');
    const [code] = await closed;
    expect(code).toBe(130);
    expect(await readdir(at('stopped'))).toEqual([]);
    // Programs hear of it too.
    expect(said.trim().split('\n').at(-1)).toContain('"event":"ended"');
  }, 60_000);

  test('a file that cannot be written fails alone', async () => {
    await mkdir(at('taken/odd-none.mp4.part'), { recursive: true });
    const { code, events } = await portoon('odd.webm', 'person.mp4', '-o', 'taken/', '-s', 'none');
    expect(code).toBe(1);
    expect(events[0]).toMatchObject({ event: 'failed', film: 'odd.webm', code: 'ERR_FILE_WRITE' });
    expect(events[0]?.message).toMatch(/odd-none\.mp4 can't be written: a folder is in the way/);
    expect(events[0]?.wayOut).toContain('-o PATH');
    expect(events[1]).toMatchObject({ event: 'done', film: 'person.mp4' });
  });

  test.for([
    ['a style', ['person.mp4', '-s', 'bogus'], '--style takes none, toon, '],
    ['a colour', ['person.mp4', '-b', 'tomatoe'], 'tomatoe is neither a colour nor a file'],
    ['a name', ['person.mp4', '-o', 'a.gif'], 'something.mp4 or something.webm, not a.gif'],
  ] as const)('%s that is not allowed is a wrong command, with --json too', async ([, args, message]) => {
    const { code, events } = await portoon(...args);
    expect(code).toBe(2);
    expect(events).toMatchObject([{ event: 'ended', code: 'ERR_PARAMETER' }]);
    expect(events[0]?.message).toContain(message);
  });

  test('a wrong command is explained in a sentence, and help has examples', async () => {
    const wrong = await run(process.execPath, [BIN, 'convert', 'a.mp4', '-o', 'a.gif']).catch(
      (error: unknown) => error as { code: number; stderr: string },
    );
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.stderr).toContain('something.mp4 or something.webm, not a.gif');
    const { stdout } = await run(process.execPath, [BIN, 'convert', '--help']);
    expect(stdout).toContain('portoon convert holiday.mp4 -o cartoon.mp4');
    const version = await run(process.execPath, [BIN, '--version']);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

function meanDifference(one: Buffer, other: Buffer): number {
  expect(one.length).toBe(other.length);
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += Math.abs(one[i]! - other[i]!);
  return sum / one.length;
}
