/** gifenc ships no types; these are for what is used of it. */
declare module 'gifenc' {
  export type Palette = number[][];
  type PixelFormat = 'rgb565' | 'rgb444' | 'rgba4444';

  export function GIFEncoder(options?: { initialCapacity?: number }): {
    writeFrame(
      index: Uint8Array,
      width: number,
      height: number,
      options: {
        palette: Palette;
        /** Milliseconds. */
        delay: number;
        transparent?: boolean;
        transparentIndex?: number;
      },
    ): void;
    finish(): void;
    /** What was written so far; valid until the next write. */
    bytesView(): Uint8Array;
  };
  export function quantize(
    rgba: Uint8Array | Uint8ClampedArray,
    colours: number,
    options?: { format?: PixelFormat; oneBitAlpha?: boolean },
  ): Palette;
  export function applyPalette(
    rgba: Uint8Array | Uint8ClampedArray,
    palette: Palette,
    format?: PixelFormat,
  ): Uint8Array;
}
