/** Sends pictures through the whole effect, frame by frame, as a converted film's go. */
import { createEffect, filmAt, type Effect, type LookOptions } from '../../../src/effect/index.ts';
import { inBase64 } from '../page-bytes.ts';

/** The frames of all pictures that the page was given, each RGBA. */
const frames: Uint8Array<ArrayBuffer>[] = [];
let size: { readonly width: number; readonly height: number };
let effect: Effect | null = null;

declare global {
  interface Window {
    effectPage?: {
      /**
       * Creates the effect for frames of this size, on wasm, so that the results do not depend on
       * the machine.
       */
      open: (width: number, height: number) => Promise<void>;
      /**
       * Keeps a frame.
       * @param rgba - opaque, in base 64.
       * @returns its number.
       */
      keep: (rgba: string) => number;
      /** Sets the look of the next frames. */
      set: (look: LookOptions) => Promise<void>;
      /** The composites of some frames in turn, as one film: RGBA in base 64. */
      film: (numbers: readonly number[]) => Promise<string[]>;
    };
  }
}

window.effectPage = {
  async open(width, height) {
    size = { width, height };
    effect = await createEffect({
      ...{ ep: 'wasm', region: 'everything', background: 'live', style: 'none', detail: 'light' },
    });
    effect.on('fault', ({ code, message }) => {
      throw new Error(`${code}: ${message}`);
    });
  },
  keep(rgba) {
    return frames.push(Uint8Array.from(atob(rgba), (letter) => letter.charCodeAt(0))) - 1;
  },
  async set(look) {
    await effect!.set(look);
  },
  async film(numbers) {
    const film = filmAt(await effect!.film());
    try {
      const composites: string[] = [];
      for (const [n, number] of numbers.entries()) {
        const { width, height } = size;
        const frame = new VideoFrame(frames[number]!, {
          ...{ format: 'RGBA', codedWidth: width, codedHeight: height, timestamp: n * 40_000 },
        });
        composites.push(await read(await film.picture(frame)));
      }
      return composites;
    } finally {
      film.close();
    }
  },
};

async function read(composite: VideoFrame): Promise<string> {
  try {
    const rgba = new Uint8Array(composite.allocationSize({ format: 'RGBA' }));
    await composite.copyTo(rgba, { format: 'RGBA' });
    return await inBase64(rgba);
  } finally {
    composite.close();
  }
}
