import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { convert, type ConvertRun } from '../fixtures/convert-command.ts';
import { rewriteEdits } from '../fixtures/edit-list.ts';
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
/** The results of converting all films to MP4, and one to WebM. */
let mp4: ConvertRun;
let webm: ConvertRun;

const at = (name: string) => join(folder, name);
const made = (name: string) => at(`mp4/${name.replace(/\.\w+$/, '')}-none.mp4`);
const ffmpeg = (args: string) => run('ffmpeg', ['-v', 'error', '-y', ...args.split(' ')], { cwd: folder });
const PLAIN = ['-s', 'none', '-r', 'everything'];

const H264 = '-c:v libx264 -preset ultrafast -pix_fmt yuv420p';
const TAGS = 'setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv';
const UNTAGGED = 'setparams=colorspace=unknown:color_primaries=unknown:color_trc=unknown:range=unknown';
const LABELS = '-metadata creation_time=2019-07-14T10:00:00Z -metadata title=Holiday';
const BT709 = { range: 'tv', matrix: 'bt709', transfer: 'bt709', primaries: 'bt709' };
const SMALL = [160, 90] as const;
const TONE = '-f lavfi -i sine=440:d=2:r=48000';
const test2 = (size: string, rate = 15, seconds = 1) =>
  `-f lavfi -i testsrc2=s=${size}:r=${rate}:d=${seconds}`;
/** A filter that turns standard dynamic range into high dynamic range. */
const high = (transfer: string) =>
  `format=yuv420p,${TAGS},zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt2020:t=${transfer}:m=bt2020nc:r=tv,format=yuv420p10le -c:v libx264 -crf 8 -profile:v high10 -color_primaries bt2020 -color_trc ${transfer} -colorspace bt2020nc`;

const FILMS = [
  'dts-first.mkv',
  'opus.webm',
  'mp3.mkv',
  'vorbis.webm',
  'ac3.mkv',
  'grows.webm',
  'shapes.webm',
  'trimmed.mp4',
  'edits.mp4',
  'slowed.mp4',
  'hlg.mp4',
  'pq.mp4',
  'bars.mp4',
  'untagged.mp4',
  'named.mp4',
  'interlaced.mp4',
];

beforeAll(async () => {
  if (noFfmpeg) return;
  folder = await mkdtemp(join(tmpdir(), 'portoon-films-'));
  await Promise.all([
    ffmpeg(
      `-f lavfi -i testsrc=s=161x91:r=15:d=2 ${TONE} -pix_fmt yuv420p -map 0:v -map 1:a -map 1:a -c:v libvpx -b:v 1M -strict -2 -c:a:0 dca -c:a:1 aac ${LABELS} dts-first.mkv`,
    ),
    ffmpeg(`${test2('160x90')} ${TONE} -t 1 -c:v libvpx -c:a libopus opus.webm`),
    ffmpeg(`${test2('160x90')} ${TONE} -t 1 ${H264} -c:a libmp3lame mp3.mkv`),
    ffmpeg(`${test2('160x90')} ${TONE} -t 1 -c:v libvpx-vp9 -deadline realtime -c:a libvorbis vorbis.webm`),
    ffmpeg(`${test2('160x90')} ${TONE} -t 1 ${H264} -c:a ac3 ac3.mkv`),
    ...['160x90', '320x180', '90x160'].map((size) =>
      ffmpeg(`${test2(size)} -c:v libvpx -b:v 2M ${size}.webm`),
    ),
    ffmpeg(`${test2('160x90', 30, 3)} -f lavfi -i sine=440:d=3:r=48000 ${H264} -c:a aac whole.mp4`),
    ffmpeg(`${test2('160x90', 10)} -vf format=yuv420p,${TAGS} ${H264} -crf 4 usual.mp4`),
    ffmpeg(`${test2('160x90', 10)} -vf ${high('arib-std-b67')} hlg.mp4`),
    ffmpeg(`${test2('160x90', 10)} -vf ${high('smpte2084')} pq.mp4`),
    ffmpeg(
      `-f lavfi -i smptehdbars=s=1280x720:r=5 -frames:v 2 -vf format=yuv420p,${TAGS} ${H264} -crf 4 bars.mp4`,
    ),
    ffmpeg(
      `-f lavfi -i smptehdbars=s=1280x720:r=5 -frames:v 2 -vf format=yuv420p,${UNTAGGED} ${H264} -crf 4 untagged.mp4`,
    ),
    ffmpeg(`${test2('160x90')} ${LABELS} -metadata location=+48.8577+002.295/ ${H264} named.mp4`),
    ffmpeg(
      `${test2('640x480', 50)} -vf interlace=scan=tff:lowpass=off -frames:v 10 ${H264} -flags +ilme+ildct -x264-params tff=1 interlaced.mp4`,
    ),
    ffmpeg(
      `${test2('160x90', 30)} -vf select='not(mod(n,3))+gt(n,15)*mod(n,2)' -fps_mode vfr ${H264} variable.mp4`,
    ),
  ]);
  for (const [name, second] of [
    ['grows', '320x180'],
    ['shapes', '90x160'],
  ] as const) {
    await writeFile(at(`${name}.txt`), `file 160x90.webm\nfile ${second}.webm\n`);
    await ffmpeg(`-f concat -i ${name}.txt -c copy ${name}.webm`);
  }
  await rewriteEdits(at('whole.mp4'), at('trimmed.mp4'), [{ length: 1500, from: 0 }]);
  await rewriteEdits(at('whole.mp4'), at('edits.mp4'), [
    { length: 500, from: 0 },
    { length: 1000, from: 2 },
  ]);
  await rewriteEdits(at('whole.mp4'), at('slowed.mp4'), [{ length: 6000, from: 0, speed: 0.5 }]);
  [mp4, webm] = await Promise.all([
    convert(folder, ...FILMS, '-o', 'mp4/', ...PLAIN),
    convert(folder, 'dts-first.mkv', '-o', 'first.webm', ...PLAIN),
  ]);
});

afterAll(async () => {
  if (!noFfmpeg) await rm(folder, { recursive: true });
});

/** What the command reported about a film. */
const said = (name: string) => mp4.events[FILMS.indexOf(name)]!;

/** Mean difference of the colours of two pictures in RGBA, 0 to 255. */
function difference(one: Buffer, other: Buffer): number {
  expect(one.length).toBe(other.length);
  let sum = 0;
  for (let i = 0; i < one.length; i += 4)
    for (let c = 0; c < 3; c++) sum += Math.abs(one[i + c]! - other[i + c]!);
  return sum / (0.75 * one.length);
}

/** One picture of many, in RGBA. */
const picture = (pictures: Buffer, index: number, [width, height]: readonly [number, number]) =>
  pictures.subarray(index * width * height * 4, (index + 1) * width * height * 4);

/** How often a tone crosses zero upwards in a second. */
async function pitchOf(path: string): Promise<number> {
  const sound = await decodeSound(path, 48_000);
  let crossings = 0;
  const middle = sound.subarray(12_000, sound.length - 12_000);
  for (let i = 1; i < middle.length; i++) if (middle[i - 1]! < 0 && middle[i]! >= 0) crossings++;
  return (crossings * 48_000) / middle.length;
}

const codecs = async (path: string) => (await probe(path)).tracks.map(({ codec }) => codec).sort();

describe.skipIf(noFfmpeg)('a film', () => {
  test('of any kind is converted without an error', async () => {
    expect(mp4.errors).toBe('');
    expect(mp4.events.filter(({ event }) => event === 'failed')).toEqual([]);
    for (const name of FILMS) expect(await decodeErrors(made(name)), name).toBe('');
  });

  test('has the first sound track that can be used, and says which', async () => {
    expect(await codecs(made('dts-first.mkv'))).toEqual(['aac', 'h264']);
    expect(await pitchOf(made('dts-first.mkv'))).toBeCloseTo(440, -1);
    expect(said('dts-first.mkv').warnings.join()).toMatch(/2 sound tracks; the second one \(AAC\).*DTS/);
  });

  test('has AAC in an MP4, and Opus in a WebM', async () => {
    for (const name of ['opus.webm', 'mp3.mkv', 'vorbis.webm']) {
      expect(await codecs(made(name)), name).toEqual(['aac', 'h264']);
      expect(await pitchOf(made(name)), name).toBeCloseTo(440, -1);
    }
    // No browser decodes AC-3, so it is copied rather than left out.
    expect(await codecs(made('ac3.mkv'))).toEqual(['ac3', 'h264']);
    expect(said('ac3.mkv').warnings.join()).toContain('not every player will play it');
    expect(webm.events).toMatchObject([{ event: 'done', audio: 'Opus', audioCopied: false }]);
    expect(await codecs(at('first.webm'))).toEqual(['opus', 'vp9']);
    expect(await pitchOf(at('first.webm'))).toBeCloseTo(440, -1);
  });

  test('that changes its size keeps every picture whole, scaled into the first size', async () => {
    for (const [name, second, filter] of [
      ['grows.webm', '320x180.webm', '160:90'],
      // In the middle, with black beside it.
      ['shapes.webm', '90x160.webm', '50:90,pad=160:90:55:0'],
    ] as const) {
      const [after, source] = await Promise.all([
        decodePictures(made(name), { pixels: 'rgba' }),
        decodePictures(at(second), { pixels: 'rgba', size: filter }),
      ]);
      expect((await probe(made(name))).pictures, name).toHaveLength(30);
      expect(difference(picture(after, 29, SMALL), picture(source, 14, SMALL)), name).toBeLessThan(8);
    }
  });

  test('shows what its edit list shows, and nothing else', async () => {
    const [whole, trimmed, edits] = await Promise.all(
      [at('whole.mp4'), made('trimmed.mp4'), made('edits.mp4')].map(async (path) => ({
        ...(await probe(path)),
        frames: await decodePictures(path, { pixels: 'rgba' }),
        sound: await decodeSound(path, 48_000),
      })),
    );
    for (const { pictures, sound } of [trimmed!, edits!]) {
      expect(pictures).toHaveLength(45);
      expect(Math.abs(sound.length / 48_000 - 1.5)).toBeLessThan(0.03);
    }
    expect(said('trimmed.mp4')).toMatchObject({ audioCopied: true, warnings: [] });
    // The edit list shows half a second, leaves out a part, and shows the rest.
    for (const [index, from] of [
      [14, 14],
      [15, 60],
      [44, 89],
    ] as const)
      expect(
        difference(picture(edits!.frames, index, SMALL), picture(whole!.frames, from, SMALL)),
      ).toBeLessThan(6);
    expect(await pitchOf(made('edits.mp4'))).toBeCloseTo(440, -1);
    expect((await probe(made('slowed.mp4'))).pictures).toHaveLength(90);
    expect(said('slowed.mp4').warnings.join()).toContain('slow or fast motion, which is not followed');
  });

  test('of an odd size keeps it in a WebM', async () => {
    expect((await probe(at('first.webm'))).tracks).toContainEqual(
      expect.objectContaining({ codec: 'vp9', width: 161, height: 91 }),
    );
    expect(said('dts-first.mkv').warnings.join()).toContain('161 × 91 became 162 × 92');
  });

  test.for(['hlg', 'pq'])(
    'with a high dynamic range (%s) gets the colours of standard dynamic range',
    async (kind) => {
      const [before, after] = await Promise.all([
        decodePictures(at('usual.mp4'), { pixels: 'rgba' }),
        decodePictures(made(`${kind}.mp4`), { pixels: 'rgba' }),
      ]);
      expect(difference(before, after)).toBeLessThan(12);
      expect((await describeFilm(made(`${kind}.mp4`))).colours).toEqual(BT709);
    },
  );

  test('is coded in BT.709, in the limited range, and says so', async () => {
    expect((await describeFilm(made('bars.mp4'))).colours).toEqual(BT709);
    expect((await describeFilm(at('first.webm'))).colours).toMatchObject({ range: 'tv', matrix: 'bt709' });
    const forced = { pixels: 'rgba', size: 'iw:ih:in_color_matrix=bt709:in_range=tv' } as const;
    const [source, byTags, byForce] = await Promise.all([
      decodePictures(at('bars.mp4'), forced),
      decodePictures(made('bars.mp4'), { pixels: 'rgba' }),
      decodePictures(made('bars.mp4'), forced),
    ]);
    for (const other of [byTags, byForce]) expect(worstPatch(source, other, [1280, 720])).toBeLessThan(6);
    // In a picture of this size that says nothing, they are taken to be the same.
    expect((await describeFilm(at('untagged.mp4'))).colours).toMatchObject({
      range: undefined,
      matrix: undefined,
    });
    const untagged = await decodePictures(made('untagged.mp4'), { pixels: 'rgba' });
    expect(worstPatch(source, untagged, [1280, 720])).toBeLessThan(6);
  });

  test('keeps its title and date, and leaves its place out', async () => {
    for (const path of [made('named.mp4'), made('dts-first.mkv')]) {
      const { tags } = await describeFilm(path);
      expect(tags).toMatchObject({ title: 'Holiday', creation_time: '2019-07-14T10:00:00.000000Z' });
      expect(JSON.stringify(tags)).not.toContain('48.85');
    }
    const { tags } = await describeFilm(at('first.webm'));
    expect(
      Object.entries(tags).map(([name, value]) => [name.toLowerCase().replace('movie/', ''), value]),
    ).toEqual(
      expect.arrayContaining([
        ['title', 'Holiday'],
        ['date_recorded', '2019-07-14 10:00:00.000'],
      ]),
    );
  });

  test('plays while it is still downloaded: its index comes first', async () => {
    for (const name of FILMS) {
      const film = await readFile(made(name));
      expect(film.indexOf('moov'), name).toBeLessThan(film.indexOf('mdat'));
    }
  });

  test('that is interlaced is deinterlaced, and says so', async () => {
    const [before, after] = await Promise.all(
      [at('interlaced.mp4'), made('interlaced.mp4')].map((path) => decodePictures(path, { pixels: 'gray' })),
    );
    expect(combs(before!, 640)).toBeGreaterThan(4 * combs(after!, 640));
    expect(after!.length).toBe(before!.length);
    expect(said('interlaced.mp4').warnings.join()).toMatch(
      /is interlaced.*ffmpeg -i "interlaced\.mp4" -vf bwdif/,
    );
  });

  test('gets a constant frame rate if it is asked for', async () => {
    const { events } = await convert(folder, 'variable.mp4', '-o', 'constant.mp4', '--fps', '30', ...PLAIN);
    expect(events).toMatchObject([{ event: 'done', frames: 30 }]);
    const { stderr } = await run('ffmpeg', ['-i', at('constant.mp4'), '-vf', 'vfrdet', '-f', 'null', '-']);
    expect(stderr).toContain('VFR:0.000000');
    expect((await describeFilm(at('constant.mp4'))).rate).toBe('30/1');
    // Moving things are where they were at the same time in the original.
    const [before, after] = await Promise.all(
      [at('variable.mp4'), at('constant.mp4')].map((path) => decodePictures(path, { pixels: 'rgba' })),
    );
    const { pictures } = await probe(at('variable.mp4'));
    for (const moment of [0, 7, 20, 29]) {
      const shown = pictures.findLastIndex((time) => time < (moment + 0.3) / 30);
      expect(
        difference(picture(after!, moment, SMALL), picture(before!, shown, SMALL)),
        `frame ${moment}`,
      ).toBeLessThan(6);
    }
  });
});

/** The largest difference of a channel between the means of two patches of one colour. */
function worstPatch(source: Buffer, other: Buffer, [width, height]: readonly [number, number]): number {
  let worst = 0;
  for (let top = 8; top + 16 < height; top += 16)
    for (let left = 8; left + 16 < width; left += 16) {
      const patch = (pixels: Buffer, inset: number) =>
        [0, 1, 2].map((channel) => {
          const values: number[] = [];
          for (let y = top + inset; y < top + 16 - inset; y++)
            for (let x = left + inset; x < left + 16 - inset; x++)
              values.push(pixels[4 * (y * width + x) + channel]!);
          return {
            least: Math.min(...values),
            mean: values.reduce((a, b) => a + b) / values.length,
            most: Math.max(...values),
          };
        });
      const own = patch(source, 0);
      if (own.some(({ least, most }) => most - least > 1)) continue;
      for (const [channel, { mean }] of patch(other, 4).entries())
        worst = Math.max(worst, Math.abs(mean - own[channel]!.mean));
    }
  return worst;
}

/** The share of pixels that differ from both lines beside them. */
function combs(gray: Buffer, width: number): number {
  let count = 0;
  for (let at = width; at + width < gray.length; at++) {
    const [upper, own, lower] = [gray[at - width]!, gray[at]!, gray[at + width]!];
    if (Math.abs(upper - lower) < 10 && Math.abs(own - (upper + lower) / 2) > 30) count++;
  }
  return count / gray.length;
}
