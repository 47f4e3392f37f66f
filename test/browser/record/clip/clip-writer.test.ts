import { BufferSource, Input, WEBM } from 'mediabunny';
import { afterEach, expect, test } from 'vitest';
import { VideoClipWriter } from '../../../../src/record/clip/clip-writer.ts';
import { collectFile } from './collect-file.ts';

const [WIDTH, HEIGHT, FRAMES] = [64, 36, 6];

/** Every frame that was made here, or that an encoder was given. */
const made = new Set<VideoFrame>();
const NativeFrame = VideoFrame;
globalThis.VideoFrame = class extends NativeFrame {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof NativeFrame;
  }
  constructor(...given: [CanvasImageSource, VideoFrameInit]) {
    super(...given);
    made.add(this);
  }
} as unknown as typeof VideoFrame;
watch(NativeFrame.prototype, 'clone', (copy) => made.add(copy as VideoFrame));
watch(VideoEncoder.prototype, 'encode', (_, [frame]) => made.add(frame as VideoFrame));
afterEach(() => {
  made.clear();
});

type Method = (this: unknown, ...given: unknown[]) => unknown;

/** Lets `see` inspect each call of a method. */
function watch(holder: object, name: string, see: (result: unknown, given: unknown[]) => void): void {
  const methods = holder as Record<string, Method>;
  const method = methods[name]!;
  methods[name] = function (...given) {
    const result = method.apply(this, given);
    see(result, given);
    return result;
  };
}

/** Half transparent, half red; the colours are multiplied by alpha, as those of a canvas. */
function addPicture(writer: VideoClipWriter, seconds: number): Promise<void> {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 4);
  for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel++)
    if (pixel % WIDTH >= WIDTH / 2) pixels.set([200, 0, 0, 255], 4 * pixel);
  const frame = new VideoFrame(pixels, {
    format: 'RGBA',
    codedWidth: WIDTH,
    codedHeight: HEIGHT,
    timestamp: 0,
  });
  return writer.addFrame(frame, seconds).finally(() => {
    frame.close();
  });
}

test.each([
  ['opaque', false],
  ['transparent', true],
])('a WebM (%s) leaves no frame open, and is tagged as BT.709 in the limited range', async (_, alpha) => {
  const { sink, bytes } = collectFile();
  const options = { container: 'webm', sink, video: 'vp9', audio: null, alpha, rate: null } as const;
  const writer = new VideoClipWriter(options);
  for (let i = 0; i < FRAMES; i++) await addPicture(writer, i / 10);
  await writer.finish();
  expect(made.size).toBeGreaterThan(2 * FRAMES);
  // A closed frame has no size.
  expect([...made].filter(({ codedWidth }) => codedWidth > 0)).toEqual([]);

  using input = new Input({ source: new BufferSource(bytes()), formats: [WEBM] });
  const track = (await input.getPrimaryVideoTrack())!;
  expect(await track.canBeTransparent()).toBe(alpha);
  if (alpha)
    expect(await track.getColorSpace()).toMatchObject({
      matrix: 'bt709',
      primaries: 'bt709',
      fullRange: false,
    });
});
