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
  /** Resolves the reading of each file, in the order of the files. */
  const reads: ((colours: string | null) => void)[] = [];
  const palette = createPaletteStore({
    ...base,
    look: { wanted, change },
    readColours: () =>
      new Promise((resolve, reject) => {
        reads.push((colours) => {
          if (colours) resolve(colours);
          else reject(new Error('no picture'));
        });
      }),
  });
  return { ...base, palette, wanted, reads };
}

test('the colours of the last picture count, and are removed by one click', async () => {
  const { palette, wanted, reads } = setUp();
  void palette.choosePicture(new Blob());
  void palette.choosePicture(new Blob());
  reads[1]!('0000ff');
  reads[0]!('ff0000');
  await settled();
  expect(wanted.value.palette).toBe('0000ff');
  expect(palette.colours.value).toEqual(['#0000ff']);
  palette.remove();
  expect(wanted.value.palette).toBe('none');
  expect(palette.colours.value).toEqual([]);
});

test('a file that is no picture changes nothing, and is reported', async () => {
  const { palette, wanted, reads, notices } = setUp();
  void palette.choosePicture(new Blob());
  reads[0]!(null);
  await settled();
  expect(wanted.value.palette).toBe('none');
  expect(notices.notices.value[0]?.code).toBe('ERR_IMAGE_UNREADABLE');
});
