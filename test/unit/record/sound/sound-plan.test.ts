import { describe, expect, test } from 'vitest';
import { nameOfCodec } from '../../../../src/record/film/codec-names.ts';
import type { FilmSound } from '../../../../src/record/film/film-sound.ts';
import { planSound } from '../../../../src/record/sound/sound-plan.ts';

/** What a browser decodes of the kinds that films have. */
const DECODED = new Set(['aac', 'opus', 'mp3', 'flac', 'vorbis', 'pcm-s16']);

function sound(codec: string, isWhole = true): FilmSound {
  const decoded = DECODED.has(codec) ? { channels: 2, rate: 48_000 } : null;
  return { codec, decoded, isWhole, name: nameOfCodec(codec) } as unknown as FilmSound;
}

describe('the sound of a film', () => {
  test.for([
    ['aac', 'aac as it was', 'opus'],
    ['opus', 'aac', 'opus as it was'],
    ['mp3', 'aac', 'opus'],
    ['flac', 'aac', 'opus'],
    ['vorbis', 'aac', 'opus'],
    ['pcm-s16', 'aac', 'opus'],
    ['ac3', 'ac3 as it was, with a note', 'silent, with a note'],
    ['eac3', 'eac3 as it was, with a note', 'silent, with a note'],
    ['dts', 'silent, with a note', 'silent, with a note'],
  ] as const)('%s becomes %s in an MP4, and %s in a WebM', async ([given, mp4, webm]) => {
    const become = async (container: 'mp4' | 'webm') => {
      const { codec, copied, warnings } = await planSound([sound(given)], container);
      return `${codec ?? 'silent'}${copied ? ' as it was' : ''}${warnings.length > 0 ? ', with a note' : ''}`;
    };
    expect([await become('mp4'), await become('webm')]).toEqual([mp4, webm]);
  });

  test('of several tracks is the first that all players will play', async () => {
    const take = async (...codecs: string[]) => {
      const { codec, copied, warnings } = await planSound(
        codecs.map((one) => sound(one)),
        'mp4',
      );
      return { codec, copied, note: warnings.join(' ') };
    };
    expect(await take('dts', 'ac3', 'opus', 'aac')).toMatchObject({ codec: 'aac', copied: false });
    expect((await take('dts', 'ac3', 'opus', 'aac')).note).toBe(
      'The film has 4 sound tracks; the third one (Opus) goes over, because this browser cannot decode DTS, AC-3.',
    );
    expect((await take('aac', 'opus')).note).toBe(
      'The film has 2 sound tracks; the first one (AAC) goes over.',
    );
    expect(await take('dts', 'ac3')).toMatchObject({ codec: 'ac3', copied: true });
  });

  test('that is cut within is encoded again', async () => {
    expect(await planSound([sound('aac', false)], 'mp4')).toMatchObject({ codec: 'aac', copied: false });
    expect(await planSound([sound('ac3', false)], 'mp4')).toMatchObject({ codec: null });
    expect(await planSound([], 'mp4')).toMatchObject({ codec: null, warnings: [] });
  });
});
