/**
 * Looks at frames in several places: the camera, the stage, the output of the effect for a call,
 * and the friend's screen.
 */
import type { Page } from 'playwright';
import { readFrameNumber } from '../../scripts/demo/frame-number.ts';

/**
 * The frame's number has eleven blocks of 12 pixels at 360 lines. Made small, each block is 4
 * pixels wide.
 */
const NUMBER = { width: 132 / 360, height: 12 / 360, columns: 44, rows: 4 };
/** The whole picture made small. */
const PICTURE = { columns: 32, rows: 18 };

export interface Look {
  /** Milliseconds since 1970, of one machine's clock. */
  readonly at: number;
  /** Which frame it was; undefined where the codec has blurred that. */
  readonly number: number | undefined;
  /** Luma, small; empty where nobody asked for it. */
  readonly picture: Uint8Array;
}

/**
 * A frame's record as the page keeps it: number and picture as text, one byte in each character.
 */
type Kept = [at: number, number: string, picture: string];
type Place = 'taken' | 'stage' | 'left' | 'shown';

interface Watched {
  seen: Record<string, Kept[]>;
  /**
   * Makes the function that looks at the frames of one place: it records what it sees at a moment,
   * and closes the frame.
   */
  eyeFor: (place: Place) => (frame: VideoFrame, at: number) => Promise<void>;
}

/**
 * Installs the functions in the page. They read luma from the frame itself, because drawing every
 * frame to a canvas would cost more than the effect.
 */
function open(page: Page, layout: { number: typeof NUMBER; picture: typeof PICTURE | null }): Promise<void> {
  return page.evaluate((layout) => {
    const seen: Watched['seen'] = {};
    const eyeFor: Watched['eyeFor'] = (place) => {
      const kept: Kept[] = (seen[place] = []);
      let bytes = new Uint8Array();
      return async (frame, at) => {
        const size = frame.allocationSize();
        if (bytes.length < size) bytes = new Uint8Array(size);
        const [{ offset, stride }] = (await frame.copyTo(bytes)) as [PlaneLayout];
        const { displayWidth: w, displayHeight: h, format } = frame;
        frame.close();
        const rgb = format !== null && /^(RGB|BGR)/.test(format);
        // Of RGB, green stands for luma.
        const [pixel, first] = rgb ? [4, offset + 1] : [1, offset];
        const mean = (left: number, top: number, right: number, bottom: number) => {
          let sum = 0;
          let count = 0;
          for (let y = Math.floor(top); y < bottom; y++)
            for (let x = Math.floor(left); x < right; x++, count++)
              sum += bytes[first + y * stride + x * pixel]!;
          return sum / count;
        };
        const text = (width: number, height: number, columns: number, rows: number) => {
          const [dx, dy] = [width / columns, height / rows];
          const means = Array.from({ length: columns * rows }, (_, index) => {
            const [x, y] = [index % columns, Math.floor(index / columns)];
            return mean(x * dx, y * dy, (x + 1) * dx, (y + 1) * dy);
          });
          return String.fromCharCode(...means.map(Math.round));
        };
        const { number, picture } = layout;
        kept.push([
          at,
          text(number.width * h, number.height * h, number.columns, number.rows),
          picture ? text(w, h, picture.columns, picture.rows) : '',
        ]);
      };
    };
    Object.assign(globalThis, { seen, eyeFor });
  }, layout);
}

/**
 * What the page needs from the start: it keeps the tracks that it opens. (tsx wraps functions in a
 * helper for their names, which pages do not have.)
 */
export const KEEP_TRACKS = `
  globalThis.__name = (named) => named;
  globalThis.opened = [];
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = async function (wish) {
    const stream = await getUserMedia.call(this, wish);
    opened.push(...stream.getTracks());
    return stream;
  };`;

/** Watches a track that the page knows by an expression. */
function watchTrack(page: Page, place: Place, track: string): Promise<void> {
  return page.evaluate(
    ({ place, track }) => {
      const { eyeFor, MediaStreamTrackProcessor } = globalThis as unknown as Watched & {
        MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack }) => {
          readable: ReadableStream<VideoFrame>;
        };
      };
      const watched = (0, eval)(track) as MediaStreamTrack;
      const frames = new MediaStreamTrackProcessor({ track: watched.clone() }).readable.getReader();
      const lookAt = eyeFor(place);
      void (async () => {
        for (;;) {
          const { value: frame, done } = await frames.read();
          if (done) return;
          await lookAt(frame, performance.timeOrigin + performance.now());
        }
      })();
    },
    { place, track },
  );
}

const CAMERA = `opened.findLast(({ kind, readyState }) => kind === 'video' && readyState === 'live')`;

/**
 * Watches the camera (`taken`), and what leaves the effect for the encoder (`left`); keeps when a
 * key was `pressed` last.
 */
export async function watchCaller(page: Page): Promise<void> {
  await open(page, { number: NUMBER, picture: PICTURE });
  await watchTrack(page, 'taken', CAMERA);
  await watchTrack(
    page,
    'left',
    `connections[0].getSenders().find(({ track }) => track?.kind === 'video').track`,
  );
  await page.evaluate(() => {
    Object.assign(globalThis, { pressed: 0 });
    addEventListener(
      'keydown',
      ({ timeStamp }) => {
        Object.assign(globalThis, { pressed: performance.timeOrigin + timeStamp });
      },
      { capture: true },
    );
  });
}

/**
 * Watches the camera (`taken`) and the studio's stage (`stage`): whenever the page is drawn it
 * reads the number off the canvas.
 */
export async function watchStage(page: Page): Promise<void> {
  await open(page, { number: NUMBER, picture: null });
  await watchTrack(page, 'taken', CAMERA);
  await page.evaluate(({ width, height, columns, rows }) => {
    const { seen } = globalThis as unknown as Watched;
    const kept: Kept[] = (seen.stage = []);
    const stage = document.querySelector<HTMLCanvasElement>('#stage')!;
    const corner = new OffscreenCanvas(columns, rows).getContext('2d', { willReadFrequently: true })!;
    const look = () => {
      requestAnimationFrame(look);
      const at = performance.timeOrigin + performance.now();
      corner.drawImage(stage, 0, 0, width * stage.height, height * stage.height, 0, 0, columns, rows);
      const green = corner.getImageData(0, 0, columns, rows).data.filter((_, i) => i % 4 === 1);
      const text = String.fromCharCode(...green);
      if (kept.at(-1)?.[1] !== text) kept.push([at, text, '']);
    };
    look();
  }, NUMBER);
}

/** Watches what the friend's screen shows of the caller (`shown`), from now on. */
export async function watchFriend(page: Page): Promise<void> {
  await open(page, { number: NUMBER, picture: PICTURE });
  await page.evaluate(() => {
    const { eyeFor } = globalThis as unknown as Watched;
    const video = document.querySelector<HTMLVideoElement>('.person video')!;
    const lookAt = eyeFor('shown');
    const look = (now: number, { expectedDisplayTime }: VideoFrameCallbackMetadata) => {
      void lookAt(new VideoFrame(video), performance.timeOrigin + Math.max(now, expectedDisplayTime));
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  });
}

/** All that was seen in a place since the last call of `forget`. */
export async function collected(page: Page, place: Place): Promise<Look[]> {
  const kept = await page.evaluate<Kept[]>(`seen.${place}`);
  return kept.map(([at, number, picture]) => ({
    at,
    number: readFrameNumber(
      Buffer.from(
        Buffer.from(number, 'latin1')
          .toJSON()
          .data.flatMap((luma) => [luma, luma, luma, 255]),
      ),
      NUMBER.columns,
      NUMBER.rows / NUMBER.height,
    ),
    picture: Buffer.from(picture, 'latin1'),
  }));
}

export function forget(page: Page): Promise<void> {
  return page.evaluate('for (const kept of Object.values(seen)) kept.length = 0');
}

/** How much later each frame is in `there` than in `here`, in milliseconds. */
export function delays(here: readonly Look[], there: readonly Look[]): number[] {
  let before: number | undefined;
  return there.flatMap(({ at, number }) => {
    if (number === undefined || number === before) return [];
    before = number;
    // The camera's clip comes round after four seconds.
    const origin = here.findLast((one) => one.number === number && one.at <= at && at - one.at < 3500);
    return origin ? [at - origin.at] : [];
  });
}
