import { STILL } from '../../../../../src/effect/stages/style/camera-motion.ts';
import { wholeFrame } from '../../../../../src/effect/stages/roi.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Compositor } from '../../../../../src/effect/stages/composite/compositor.ts';
import type { Layers } from '../../../../../src/effect/stages/layers.ts';

const WIDTH = 64;
const HEIGHT = 48;
type Rgb = [number, number, number];

const LIVE: Rgb = [40, 120, 200];
const STYLED: Rgb = [220, 60, 20];

let compositor: Compositor;
let canvas: OffscreenCanvas;

function solid(rgb: Rgb, width = WIDTH, height = HEIGHT): Uint8Array {
  const texels = new Uint8Array(width * height * 4);
  for (let t = 0; t < texels.length; t += 4) texels.set([...rgb, 255], t);
  return texels;
}

/** A styled picture of one colour, and the luminance of the frame that the net saw. */
function styledOf(seen: Rgb = LIVE, width = WIDTH, height = HEIGHT): Uint8Array {
  const texels = solid(STYLED, width, height);
  for (let t = 3; t < texels.length; t += 4) texels[t] = luminance(seen);
  return texels;
}

/** Of Rec. 601, 0..255. */
const luminance = ([r, g, b]: Rgb): number => Math.round(0.299 * r + 0.587 * g + 0.114 * b);

function frameOf(texels: Uint8Array<ArrayBuffer> | Uint8Array): VideoFrame {
  return new VideoFrame(texels.slice(), {
    format: 'RGBA',
    codedWidth: WIDTH,
    codedHeight: HEIGHT,
    timestamp: 0,
  });
}

const JUST_LIVE: Layers = {
  live: null,
  styled: null,
  matte: null,
  share: null,
  blurred: null,
  region: 'person',
  strength: 1,
  background: { kind: 'live' },
  matteAlone: false,
  drawsLines: true,
  anchor: STILL,
  drawing: { line: 1, colour: 1, palette: [] },
};

/** The left half is the person. The fit has no slope, so alpha is the value itself. */
function halfMatte(): Uint8Array {
  const texels = new Uint8Array(WIDTH * HEIGHT * 4);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const alpha = i % WIDTH < WIDTH / 2 ? 255 : 0;
    texels.set([alpha, 128, 128, alpha], i * 4);
  }
  return texels;
}

function compose(layers: Partial<Layers>, live = solid(LIVE)): { left: number[]; right: number[] } {
  const frame = frameOf(live);
  compositor.draw(frame, {
    ...JUST_LIVE,
    styled: { texels: styledOf(), ink: null, draw: null, roi: wholeFrame([WIDTH, HEIGHT]) },
    matte: { texels: halfMatte(), size: [WIDTH, HEIGHT] },
    ...layers,
  });
  frame.close();
  return { left: pixel(8, 24), right: pixel(56, 24) };
}

/** One pixel as the stage has it: premultiplied RGBA, read from WebGL itself. */
function pixel(x: number, y: number): number[] {
  const gl = canvas.getContext('webgl2')!;
  const rgba = new Uint8Array(4);
  gl.readPixels(x, canvas.height - 1 - y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, rgba);
  return [...rgba];
}

function expectNear(actual: number[], expected: number[], tolerance = 2): void {
  for (const [i, value] of expected.entries())
    expect(Math.abs(actual[i]! - value), `${actual.join()} is not ${expected.join()}`).toBeLessThanOrEqual(
      tolerance,
    );
}

const mix = (a: Rgb, b: Rgb, t: number): number[] => a.map((value, i) => value + t * (b[i]! - value));

// For a software renderer there is one shader for each case, for a graphics processor one for all.
describe.each([
  ['of a software renderer', null],
  ['of a graphics processor', 'A card'],
])('the compositing shader %s', (_, rendererName) => {
  const getParameter = Object.getOwnPropertyDescriptor(WebGL2RenderingContext.prototype, 'getParameter')!
    .value as (this: WebGL2RenderingContext, name: number) => unknown;
  beforeAll(async () => {
    if (rendererName !== null)
      WebGL2RenderingContext.prototype.getParameter = function (name) {
        const value = getParameter.call(this, name);
        return typeof value === 'string' && value.includes('SwiftShader') ? rendererName : value;
      };
    canvas = new OffscreenCanvas(WIDTH, HEIGHT);
    compositor = await Compositor.open(canvas);
    expect(compositor.rendererName === rendererName).toBe(rendererName !== null);
  });
  afterAll(() => {
    WebGL2RenderingContext.prototype.getParameter = getParameter;
    compositor.close();
  });

  test('draws all of a frame that is shown smaller than it is', () => {
    const texels = solid(LIVE);
    for (let i = 0; i < WIDTH * HEIGHT; i++) if (i % WIDTH >= WIDTH / 2) texels.set(STYLED, i * 4);
    const whole = frameOf(texels);
    const frame = new VideoFrame(whole, { displayWidth: WIDTH / 2, displayHeight: HEIGHT / 2 });
    compositor.draw(frame, JUST_LIVE);
    for (const one of [whole, frame]) one.close();
    expect([canvas.width, canvas.height]).toEqual([WIDTH / 2, HEIGHT / 2]);
    expectNear(pixel(4, 12), [...LIVE, 255]);
    expectNear(pixel(WIDTH / 2 - 4, 12), [...STYLED, 255]);
  });

  test('draws the style of a region in the place of that region', () => {
    // The right half of the frame, in two colours.
    const size = [WIDTH / 2, HEIGHT] as const;
    const texels = new Uint8Array(size[0] * size[1] * 4);
    for (let i = 0; i < size[0] * size[1]; i++)
      texels.set([...(i % size[0] < size[0] / 2 ? STYLED : [9, 9, 9]), luminance(LIVE)], i * 4);
    compose({
      styled: { texels, ink: null, draw: null, roi: { grid: [WIDTH, HEIGHT], x: WIDTH / 2, y: 0, size } },
      region: 'everything',
    });
    expectNear(pixel(WIDTH / 2 + 1, 24), [...STYLED, 255]);
    expectNear(pixel(WIDTH / 2 + WIDTH / 4 - 2, 24), [...STYLED, 255]);
    expectNear(pixel(WIDTH / 2 + WIDTH / 4 + 1, 24), [9, 9, 9, 255]);
    expectNear(pixel(WIDTH - 1, 24), [9, 9, 9, 255]);
  });

  test('a matte of a part of the frame shows the person there and nobody beside it', () => {
    // The region is the middle quarter of a grid of twice the frame's size. The person fills it.
    const size = [WIDTH, HEIGHT] as const;
    const texels = new Uint8Array(WIDTH * HEIGHT * 4);
    for (let i = 0; i < WIDTH * HEIGHT; i++) texels.set([255, 128, 128, 255], i * 4);
    const share = new Uint8Array(WIDTH * HEIGHT).fill(255);
    const roi = { grid: [2 * WIDTH, 2 * HEIGHT], x: WIDTH / 2, y: HEIGHT / 2, size } as const;
    for (const region of ['person', 'face'] as const) {
      compose({ matte: { texels, size, roi }, share: { texels: share, size }, region });
      for (const [x, y] of [
        [WIDTH / 4 + 1, HEIGHT / 4 + 1],
        [WIDTH / 2, HEIGHT / 2],
        [(3 * WIDTH) / 4 - 2, (3 * HEIGHT) / 4 - 2],
      ] as const)
        expectNear(pixel(x, y), [...STYLED, 255]);
      for (const [x, y] of [
        [WIDTH / 4 - 2, HEIGHT / 2],
        [(3 * WIDTH) / 4 + 1, HEIGHT / 2],
        [WIDTH / 2, 2],
        [WIDTH / 2, HEIGHT - 2],
      ] as const)
        expectNear(pixel(x, y), [...LIVE, 255]);
    }
  });

  test('styles the person and leaves the room alone', () => {
    const { left, right } = compose({});
    expectNear(left, [...STYLED, 255]);
    expectNear(right, [...LIVE, 255], 0);
  });

  test('styles the background, or everything, when asked', () => {
    const background = compose({ region: 'background' });
    expectNear(background.left, [...LIVE, 255]);
    expectNear(background.right, [...STYLED, 255]);
    const everything = compose({ region: 'everything' });
    expectNear(everything.left, [...STYLED, 255]);
    expectNear(everything.right, [...STYLED, 255]);
  });

  test('styles only a part of the person, and another background still shows the whole person', () => {
    // The upper half of the frame.
    const texels = new Uint8Array(WIDTH * HEIGHT).fill(255, 0, (WIDTH * HEIGHT) / 2);
    const share = { texels, size: [WIDTH, HEIGHT] as const };
    for (const region of ['face', 'hair', 'clothes'] as const) {
      const { right } = compose({ region, share, background: { kind: 'colour', rgb: [0, 1, 0] } });
      expectNear(pixel(8, 6), [...STYLED, 255]);
      expectNear(pixel(8, 42), [...LIVE, 255]);
      expectNear(right, [0, 255, 0, 255]);
      expectNear(pixel(56, 6), [0, 255, 0, 255]);
    }
  });

  for (const [matrix, yuv, rgb] of [
    ['smpte170m', [81, 90, 240], [254, 0, 0]],
    ['smpte170m', [126, 128, 128], [128, 128, 128]],
    // Read as BT.601 this skin would be 175, 115, 92.
    ['bt709', [128, 109, 156], [180, 120, 90]],
  ] as const)
    test(`keeps the colour of a camera's frame: ${matrix} ${yuv.join()} is ${rgb.join()}`, async () => {
      const chroma = (WIDTH * HEIGHT) / 4;
      const planes = new Uint8Array(WIDTH * HEIGHT + 2 * chroma).fill(yuv[0]);
      planes.fill(yuv[1], WIDTH * HEIGHT, WIDTH * HEIGHT + chroma).fill(yuv[2], WIDTH * HEIGHT + chroma);
      const frame = new VideoFrame(planes, {
        format: 'I420',
        codedWidth: WIDTH,
        codedHeight: HEIGHT,
        timestamp: 0,
        colorSpace: { matrix, primaries: matrix, transfer: matrix, fullRange: false },
      });
      compositor.draw(frame, JUST_LIVE);
      expectNear(pixel(32, 24), [...rgb, 255]);
      // A software renderer draws the frame's own texels, in the same colours.
      const texels = await compositor.texelsOf(frame);
      expect(texels === null).toBe(rendererName !== null);
      compositor.draw(frame, { ...JUST_LIVE, live: texels });
      frame.close();
      expectNear(pixel(32, 24), [...rgb, 255]);
    });

  test('shows the matte alone: grey, of the region, at full strength', () => {
    const white = [255, 255, 255, 255];
    const black = [0, 0, 0, 255];
    const alone = { matteAlone: true, styled: null, strength: 0.25 } as const;
    const person = compose({ ...alone, background: { kind: 'transparent' } });
    expectNear(person.left, white);
    expectNear(person.right, black);
    const background = compose({ ...alone, region: 'background' });
    expectNear(background.left, black);
    expectNear(background.right, white);
    const share = { texels: new Uint8Array(WIDTH * HEIGHT).fill(128), size: [WIDTH, HEIGHT] } as const;
    expectNear(compose({ ...alone, region: 'face', share }).left, [128, 128, 128, 255]);
  });

  test('draws the lines that the net did not see, and none of the grain', () => {
    const live = solid(LIVE);
    const [line, grain] = [8 + 24 * WIDTH, 12 + 24 * WIDTH];
    live.set([0, 80, 160], 4 * line);
    live.set([LIVE[0] + 9, LIVE[1] + 9, LIVE[2] + 9], 4 * grain);
    compose({}, live);
    const drawn = pixel(8, 24);
    // A line 40 darker, less what might be grain, and a fifth more.
    expectNear(drawn, [STYLED[0] - 36, STYLED[1] - 36, 0, 255]);
    expectNear(pixel(12, 24), [...STYLED, 255]);
    compose({ drawsLines: false }, live);
    expectNear(pixel(8, 24), [...STYLED, 255]);
    compose({ strength: 0.5 }, live);
    expectNear(pixel(8, 24), mix([0, 80, 160], [STYLED[0] - 36, STYLED[1] - 36, 0], 0.5));
  });

  test('mixes by strength', () => {
    expectNear(compose({ strength: 0.25 }).left, mix(LIVE, STYLED, 0.25));
  });

  test('shows the live frame, and nothing old, where there is no styled one', () => {
    compose({});
    const { left, right } = compose({ styled: null, matte: null });
    expectNear(left, [...LIVE, 255], 0);
    expectNear(right, [...LIVE, 255], 0);
  });

  test('puts a colour behind the person', () => {
    const { left, right } = compose({ background: { kind: 'colour', rgb: [0, 1, 0] } });
    expectNear(left, [...STYLED, 255]);
    expectNear(right, [0, 255, 0, 255]);
  });

  test('leaves the background transparent, premultiplied', () => {
    const { left, right } = compose({ background: { kind: 'transparent' } });
    expectNear(left, [...STYLED, 255]);
    expectNear(right, [0, 0, 0, 0], 0);
  });

  test('draws the blurred room it is given', () => {
    const blurred = { texels: solid([10, 20, 30]), size: [WIDTH, HEIGHT] as const };
    const { left, right } = compose({ background: { kind: 'blur' }, blurred });
    expectNear(left, [...STYLED, 255]);
    expectNear(right, [10, 20, 30, 255]);
  });

  test('covers the frame with a picture of another shape, in the middle and the right way up', async () => {
    // A tall picture: red above, blue below, a green band across the middle. A wide frame shows
    // only the band.
    const tall = new OffscreenCanvas(64, 480);
    const context = tall.getContext('2d')!;
    context.fillStyle = 'red';
    context.fillRect(0, 0, 64, 216);
    context.fillStyle = 'lime';
    context.fillRect(0, 216, 64, 24);
    context.fillStyle = 'yellow';
    context.fillRect(0, 240, 64, 24);
    context.fillStyle = 'blue';
    context.fillRect(0, 264, 64, 216);
    const bitmap = await createImageBitmap(tall);
    compose({ background: { kind: 'image', bitmap } });
    expectNear(pixel(56, 6), [0, 255, 0, 255]);
    expectNear(pixel(56, 42), [255, 255, 0, 255]);
    expectNear(pixel(8, 24), [...STYLED, 255]);
  });

  test('mirrors a picture alone where the page mirrors the canvas, also after the frame is gone', async () => {
    const halves = new OffscreenCanvas(64, 48);
    const context = halves.getContext('2d')!;
    context.fillStyle = 'red';
    context.fillRect(0, 0, 32, 48);
    context.fillStyle = 'lime';
    context.fillRect(32, 0, 32, 48);
    const bitmap = await createImageBitmap(halves);
    const { right } = compose({ background: { kind: 'image', bitmap } });
    expectNear(right, [0, 255, 0, 255]);
    compositor.mirrorImage(true);
    expectNear(pixel(56, 24), [255, 0, 0, 255]);
    expectNear(pixel(8, 24), [...STYLED, 255]);
    // The next frame is drawn as it is asked for.
    expectNear(compose({ background: { kind: 'image', bitmap } }).right, [0, 255, 0, 255]);
  });

  test('shows the room where a background picture is transparent', async () => {
    const clear = new OffscreenCanvas(64, 48);
    const context = clear.getContext('2d')!;
    context.fillStyle = 'rgb(255 0 0 / 50%)';
    context.fillRect(0, 0, 64, 24);
    const bitmap = await createImageBitmap(clear);
    compose({ background: { kind: 'image', bitmap } });
    expectNear(pixel(56, 6), [LIVE[0] / 2 + 128, LIVE[1] / 2, LIVE[2] / 2, 255]);
    expectNear(pixel(56, 40), [...LIVE, 255]);
  });

  test('stacks the colours of the person alone over their matte, and nothing of the room stays in the rim', async () => {
    const [own, room]: [Rgb, Rgb] = [
      [180, 40, 120],
      [0, 177, 64],
    ];
    // The outline goes from person to room within three columns, as cameras and nets show it.
    const live = new Uint8Array(WIDTH * HEIGHT * 4);
    const matte = new Uint8Array(WIDTH * HEIGHT * 4);
    for (let i = 0; i < WIDTH * HEIGHT; i++) {
      const alpha = Math.min(1, Math.max(0, (WIDTH / 2 + 1.5 - (i % WIDTH) - 0.5) / 3));
      live.set([...mix(room, own, alpha), 255], i * 4);
      matte.set([255 * alpha, 128, 128, 255 * alpha], i * 4);
    }
    const stacked = new OffscreenCanvas(16, 32);
    const packer = await Compositor.open(stacked, 'stacked-1');
    const frame = frameOf(live);
    packer.draw(frame, {
      ...JUST_LIVE,
      background: { kind: 'colour', rgb: [0, 0, 1] },
      matte: { texels: matte, size: [WIDTH, HEIGHT] },
    });
    const gl = stacked.getContext('webgl2')!;
    const rgba = new Uint8Array(48 * 96 * 4);
    gl.readPixels(0, 0, 48, 96, gl.RGBA, gl.UNSIGNED_BYTE, rgba);
    frame.close();
    packer.close();
    expect([stacked.width, stacked.height]).toEqual([48, 96]);
    const at = (x: number, y: number) => [
      ...rgba.subarray(4 * ((95 - y) * 48 + x), 4 * ((95 - y) * 48 + x) + 4),
    ];
    // 40 lines of picture in each half; the guard band repeats its neighbours.
    for (const y of [0, 20, 39, 43]) {
      expectNear(at(2, y), [...own, 255]);
      for (let x = 0; x < 25; x++) expectNear(at(x, y), [...own, 255], 20);
    }
    for (const y of [44, 48, 70, 87, 91]) {
      expectNear(at(2, y), [255, 255, 255, 255]);
      expectNear(at(45, y), [0, 0, 0, 255]);
      expect(at(23, y)[0]! + at(24, y)[0]!).toBeGreaterThan(215);
      expect(at(23, y)[0]! + at(24, y)[0]!).toBeLessThan(295);
    }
  });

  test('follows the fitted line: alpha moves with the luminance of the live picture', () => {
    const texels = halfMatte();
    for (let t = 0; t < texels.length; t += 4) texels.set([128, 128, 255, 128], t);
    const matte = { texels, size: [WIDTH, HEIGHT] as const };
    const background = { kind: 'colour', rgb: [0, 1, 0] } as const;
    expectNear(
      compose({ matte, background: { ...background, rgb: [0, 1, 0] }, styled: null }, solid([250, 250, 250]))
        .left,
      [250, 250, 250, 255],
    );
    expectNear(
      compose({ matte, background: { ...background, rgb: [0, 1, 0] }, styled: null }, solid([5, 5, 5])).left,
      [0, 255, 0, 255],
    );
  });

  test('accepts frames whose size changes', () => {
    const texels = solid(LIVE, 32, 24);
    const frame = new VideoFrame(texels, { format: 'RGBA', codedWidth: 32, codedHeight: 24, timestamp: 0 });
    compositor.draw(frame, JUST_LIVE);
    frame.close();
    expect([canvas.width, canvas.height]).toEqual([32, 24]);
    expectNear(pixel(16, 12), [...LIVE, 255], 0);
    compose({});
    expect([canvas.width, canvas.height]).toEqual([WIDTH, HEIGHT]);
  });

  test('captures what it drew, with the time of the frame, though another is drawn meanwhile', async () => {
    const texels = solid(LIVE);
    texels.set(solid(STYLED, WIDTH, 1));
    const frame = new VideoFrame(texels, {
      format: 'RGBA',
      codedWidth: WIDTH,
      codedHeight: HEIGHT,
      timestamp: 1234,
    });
    compositor.draw(frame, JUST_LIVE);
    const coming = compositor.capture(frame);
    frame.close();
    compose({ background: { kind: 'colour', rgb: [0, 1, 0] } });
    const captured = (await coming)!;
    expect(captured.timestamp).toBe(1234);
    const rgba = new Uint8Array(WIDTH * HEIGHT * 4);
    await captured.copyTo(rgba, { format: 'RGBA' });
    captured.close();
    expectNear([...rgba.subarray(0, 4)], [...STYLED, 255], 1);
    expectNear([...rgba.subarray(-4)], [...LIVE, 255], 1);
  });

  test('comes back after the graphics context was lost', async () => {
    const gl = canvas.getContext('webgl2')!;
    const loss = gl.getExtension('WEBGL_lose_context')!;
    const lost = new Promise((resolve) => {
      canvas.addEventListener('webglcontextlost', resolve, { once: true });
    });
    loss.loseContext();
    await lost;
    // The browser restores a context only after all listeners of the event have run.
    await new Promise((resolve) => setTimeout(resolve));
    expect(compositor.contextLost).toBe(true);
    const restored = new Promise((resolve) => {
      canvas.addEventListener('webglcontextrestored', resolve, { once: true });
    });
    loss.restoreContext();
    await restored;
    expect(compositor.contextLost).toBe(false);
    const { left, right } = compose({});
    expectNear(left, [...STYLED, 255]);
    expectNear(right, [...LIVE, 255], 0);
  });
});
