import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { createPaletteStore } from '../../../../src/studio/palette/palette-store.ts';
import { createBase, settled } from '../fakes.ts';

function setUp() {
  const base = createBase();
  const wanted = signal({ palette: 'none' });
  const change = (changes: { palette: string }) => {
    wanted.value = changes;
  };
  /** What reads each file, in their order. */
  const reads: ((pixels: Uint8ClampedArray | null) => void)[] = [];
  const palette = createPaletteStore({
    ...base,
    look: { wanted, change },
    readPixels: () =>
      new Promise((resolve, reject) => {
        reads.push((pixels) => {
          if (pixels) resolve(pixels);
          else reject(new Error('no picture'));
        });
      }),
  });
  return { ...base, palette, wanted, reads };
}

const BLUE = new Uint8ClampedArray([0, 0, 255, 255]);
const RED = new Uint8ClampedArray([255, 0, 0, 255]);

test('the colours of the last picture count, and go by one click', async () => {
  const { palette, wanted, reads } = setUp();
  void palette.choosePicture(new Blob());
  void palette.choosePicture(new Blob());
  reads[1]!(BLUE);
  reads[0]!(RED);
  await settled();
  expect(wanted.value.palette).toBe('0000ff');
  expect(palette.colours.value).toEqual(['#0000ff']);
  palette.remove();
  expect(wanted.value.palette).toBe('none');
  expect(palette.colours.value).toEqual([]);
});

test('a file that is no picture changes nothing, and is told', async () => {
  const { palette, wanted, reads, notices } = setUp();
  void palette.choosePicture(new Blob());
  reads[0]!(null);
  await settled();
  expect(wanted.value.palette).toBe('none');
  expect(notices.notices.value[0]?.code).toBe('ERR_IMAGE_UNREADABLE');
});
