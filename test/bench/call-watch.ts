/** Looks at the frames of a call where they come by: the camera, what leaves the effect, the friend's screen. */
import type { Page } from 'playwright';
import { readFrameNumber } from '../../scripts/demo/frame-number.ts';

/** The frame's number is eleven blocks of 12 pixels at 360 lines; made small, each is 4 pixels wide. */
const NUMBER = { width: 132 / 360, height: 12 / 360, columns: 44, rows: 4 };
/** The picture made small, below the number. */
const PICTURE = { columns: 32, rows: 18 };
const LAYOUT = { number: NUMBER, picture: PICTURE };

export interface Look {
  /** Milliseconds since 1970, of one machine's clock. */
  readonly at: number;
  /** Which frame it was; undefined where the codec has blurred that. */
  readonly number: number | undefined;
  /** RGBA, small. */
  readonly picture: Uint8Array;
}

/** A look as the page keeps it: the two parts as text, a byte each character. */
type Kept = [at: number, number: string, picture: string];
type Place = 'taken' | 'left' | 'shown';

/** Watches the camera (`taken`), and what leaves the effect for the encoder (`left`); keeps when a key was `pressed` last. */
export function watchCaller(page: Page): Promise<void> {
  return page.evaluate((layout) => {
    const { opened, connections, MediaStreamTrackProcessor } = globalThis as unknown as {
      opened: MediaStreamTrack[];
      connections: RTCPeerConnection[];
      MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack }) => {
        readable: ReadableStream<VideoFrame>;
      };
    };
    const seen: Record<string, Kept[]> = {};
    const watch = (place: string, track: MediaStreamTrack) => {
      const frames = new MediaStreamTrackProcessor({ track: track.clone() }).readable.getReader();
      const { number, picture } = layout;
      const context = new OffscreenCanvas(number.columns, number.rows + picture.rows).getContext('2d', {
        willReadFrequently: true,
      })!;
      const kept: Kept[] = (seen[place] = []);
      const text = (columns: number, rows: number, top: number) =>
        String.fromCharCode(...context.getImageData(0, top, columns, rows).data);
      void (async () => {
        for (;;) {
          const { value: frame, done } = await frames.read();
          if (done) return;
          const at = performance.timeOrigin + performance.now();
          const { displayWidth: w, displayHeight: h } = frame;
          const { columns, rows } = number;
          context.drawImage(frame, 0, 0, number.width * h, number.height * h, 0, 0, columns, rows);
          context.drawImage(frame, 0, 0, w, h, 0, rows, picture.columns, picture.rows);
          frame.close();
          kept.push([at, text(columns, rows, 0), text(picture.columns, picture.rows, rows)]);
        }
      })();
    };
    watch(
      'taken',
      opened.findLast(({ kind, readyState }) => kind === 'video' && readyState === 'live')!,
    );
    const sender = connections[0]!.getSenders().find(({ track }) => track?.kind === 'video');
    watch('left', sender!.track!);
    Object.assign(globalThis, { seen, pressed: 0 });
    addEventListener(
      'keydown',
      ({ timeStamp }) => {
        Object.assign(globalThis, { pressed: performance.timeOrigin + timeStamp });
      },
      { capture: true },
    );
  }, LAYOUT);
}

/** Watches what the friend's screen shows of the caller (`shown`), and from when on. */
export function watchFriend(page: Page): Promise<void> {
  return page.evaluate(({ number, picture }) => {
    const video = document.querySelector<HTMLVideoElement>('.person video')!;
    const context = new OffscreenCanvas(number.columns, number.rows + picture.rows).getContext('2d', {
      willReadFrequently: true,
    })!;
    const kept: Kept[] = [];
    const text = (columns: number, rows: number, top: number) =>
      String.fromCharCode(...context.getImageData(0, top, columns, rows).data);
    const look = (now: number, { expectedDisplayTime }: VideoFrameCallbackMetadata) => {
      const { videoWidth: w, videoHeight: h } = video;
      const { columns, rows } = number;
      context.drawImage(video, 0, 0, number.width * h, number.height * h, 0, 0, columns, rows);
      context.drawImage(video, 0, 0, w, h, 0, rows, picture.columns, picture.rows);
      const at = performance.timeOrigin + Math.max(now, expectedDisplayTime);
      kept.push([at, text(columns, rows, 0), text(picture.columns, picture.rows, rows)]);
      video.requestVideoFrameCallback(look);
    };
    Object.assign(globalThis, { seen: { shown: kept } });
    video.requestVideoFrameCallback(look);
  }, LAYOUT);
}

/** What was seen at a place since it was forgotten. */
export async function collected(page: Page, place: Place): Promise<Look[]> {
  const kept = await page.evaluate<Kept[]>(`seen.${place}`);
  return kept.map(([at, number, picture]) => ({
    at,
    number: readFrameNumber(Buffer.from(number, 'latin1'), NUMBER.columns, NUMBER.rows / NUMBER.height),
    picture: Buffer.from(picture, 'latin1'),
  }));
}

export function forget(page: Page): Promise<void> {
  return page.evaluate('for (const kept of Object.values(seen)) kept.length = 0');
}
