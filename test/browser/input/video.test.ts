import { afterEach, describe, expect, test } from 'vitest';
import { PortoonError } from '../../../src/common/errors.ts';
import { framesOf } from '../../../src/media/frames.ts';
import { openDemo } from '../../../src/input/demo.ts';
import { openVideo } from '../../../src/input/file.ts';
import type { Source } from '../../../src/input/source.ts';

let source: Source | undefined;
afterEach(() => {
  source?.stop();
  source = undefined;
});

async function refusal(video: File | string): Promise<PortoonError> {
  try {
    source = await openVideo(video);
  } catch (error) {
    if (error instanceof PortoonError) return error;
    throw error;
  }
  throw new Error('it opened');
}

/** Resolves once so many frames have come. */
async function plays({ track }: Source, frames: number): Promise<void> {
  const reader = framesOf(track).frames.getReader();
  for (let count = 0; count < frames; count++) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`it ended after ${count} frames`);
    value.close();
  }
  await reader.cancel();
}

/** A second of a moving picture, recorded by the browser: WebM without a length in its header. */
async function recording(): Promise<File> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [160, 96];
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const stream = canvas.captureStream(30);
  const recorder = new MediaRecorder(stream, { mimeType: 'video/webm;codecs=vp8' });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stopped = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start();
  for (let k = 0; k < 30; k++) {
    context.fillStyle = `hsl(${k * 12} 80% 50%)`;
    context.fillRect(0, 0, 160, 96);
    await new Promise((resolve) => setTimeout(resolve, 33));
  }
  recorder.stop();
  await stopped;
  return new File(parts, 'second.webm', { type: 'video/webm' });
}

/** A tenth of a second of silence. */
function soundFile(): File {
  const samples = 800;
  const view = new DataView(new ArrayBuffer(44 + samples * 2));
  const text = (at: number, word: string) => {
    for (let k = 0; k < word.length; k++) view.setUint8(at + k, word.charCodeAt(k));
  };
  text(0, 'RIFF');
  view.setUint32(4, 36 + samples * 2, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8000, true);
  view.setUint32(28, 16000, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, samples * 2, true);
  return new File([view.buffer], 'song.wav', { type: 'audio/wav' });
}

describe('a video', () => {
  test('from a file plays on past its end', async () => {
    source = await openVideo(await recording());
    expect(source.kind).toBe('file');
    expect(source.label).toBe('second.webm');
    await plays(source, 61);
    source.stop();
    expect(source.track.readyState).toBe('ended');
  });

  test('from an address of this site plays', async () => {
    source = await openVideo('/demo/demo.webm');
    expect(source.label).toBe('demo.webm');
    await plays(source, 11);
  });

  test('the demo plays', async () => {
    source = await openDemo();
    expect(source.kind).toBe('demo');
    const { value } = await framesOf(source.track).frames.getReader().read();
    expect([value!.displayWidth, value!.displayHeight]).toEqual([640, 360]);
    value!.close();
  });

  test('stopping is no failure', async () => {
    source = await openDemo();
    source.stop();
    source.stop();
    const winner = await Promise.race([
      source.ended,
      new Promise((resolve) => setTimeout(resolve, 500, 'nothing')),
    ]);
    expect(winner).toBe('nothing');
  });
});

describe('a file that is not a video', () => {
  const garbage = crypto.getRandomValues(new Uint8Array(20_000));

  test.each<[string, File | string, string]>([
    ['noise', new File([garbage], 'noise.mp4', { type: 'video/mp4' }), 'noise.mp4'],
    ['nothing', new File([], 'empty.webm'), 'empty.webm'],
    ['words', new File(['Dear diary'], 'diary.txt', { type: 'text/plain' }), 'diary.txt'],
    ['sound alone', soundFile(), 'song.wav'],
    ['a page', '/index.html', 'index.html'],
    ['an address of another site', 'https://example.com/film.mp4', 'https://example.com/film.mp4'],
    ['no address', 'http://', 'http://'],
    ['a broken escape', '/%E0%A4%A.webm', '%E0%A4%A.webm'],
  ])('%s is refused by name, with a way out', async (_what, video, name) => {
    const error = await refusal(video);
    expect(error.code).toBe('ERR_VIDEO_UNREADABLE');
    expect(error.message).toContain(name);
    expect(error.wayOut).toMatch(/^[A-Z].*\.$/);
  });

  test('sound alone and an empty file are distinguished from damage', async () => {
    expect((await refusal(new File([], 'empty.webm'))).message).toContain('is empty');
    expect((await refusal(soundFile())).message).toContain('no picture');
  });

  test('a video cut off in its head is refused', async () => {
    const whole = await (await fetch('/demo/demo.webm')).blob();
    const error = await refusal(new File([whole.slice(0, 300)], 'half.webm'));
    expect(error.code).toBe('ERR_VIDEO_UNREADABLE');
  });

  test('a video cut off later plays as far as it goes, again and again', async () => {
    const whole = await (await fetch('/demo/demo.webm')).blob();
    source = await openVideo(new File([whole.slice(0, 150_000)], 'half.webm'));
    await plays(source, 61);
  });
});
