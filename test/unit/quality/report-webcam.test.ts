import { expect, test } from 'vitest';
import type { KindReport, KindRow } from '../../quality/measure-kinds.ts';
import { printWebcam } from '../../quality/report-webcam.ts';

const row = (segmenter: string, iou: number, more: Partial<KindRow> = {}): KindRow => ({
  ...{ segmenter, iou, pictures: 20, worst: 0.5, under85: 0.25, blobs: 0.05, holes: 0, parts: null },
  ...{ empty: 0, falsePersons: NaN },
  ...more,
});
const kind = (title: string, ours: number, theirs: number): KindReport => ({
  ...{ kind: 'desk', title },
  rows: [row('ours', ours), row('MediaPipe landscape', theirs)],
});

test('kinds come in the order of the lead over MediaPipe landscape, the worst first', () => {
  const kinds = [kind('good', 0.9, 0.8), kind('bad', 0.7, 0.9), kind('even', 0.6, 0.6)];
  const [overview, details] = printWebcam({ kinds, clips: [] });
  const titles = (table: string) =>
    table
      .split('\n')
      .slice(2)
      .map((line) => line.split('|')[1]!.trim());
  expect(titles(overview!)).toEqual(['bad', 'even', 'good']);
  expect(titles(details!)).toEqual(['bad', 'bad', 'even', 'even', 'good', 'good']);
  expect(overview).toContain('-0.200');
  expect(details).toContain('25.0 %');
});

test('rooms without anybody have a table of their own', () => {
  const rooms: KindReport = {
    ...{ kind: 'rooms', title: 'empty rooms' },
    rows: [row('ours', NaN, { pictures: 0, empty: 40, falsePersons: 0.025 })],
  };
  const tables = printWebcam({ kinds: [rooms], clips: [] });
  expect(tables).toHaveLength(1);
  expect(tables[0]).toMatch(/empty rooms +\| +ours +\| +40 +\| +2\.5 %/);
});

test('clips say mean, worst frames, flicker, and how long a wrong past is felt', () => {
  const figures = { iou: 0.91, worstOfClip: 0.8, worst: 0.123, flicker: 0.0123, falsePersons: null };
  const [table] = printWebcam({
    kinds: [],
    clips: [
      {
        ...{ clip: 'cut', title: 'a cut', clips: 8 },
        rows: [
          { tracker: 'ours', ...figures, wrong: { mean: 1.25, most: 4, of: 6 } },
          { tracker: 'theirs', ...figures, wrong: null },
        ],
      },
    ],
  });
  expect(table).toMatch(/ours \| +0\.910 \| +0\.800 \| +0\.123 \| +0\.0123 \| +1\.3 \(4\) of 6/);
  expect(table).toMatch(/theirs .* - \| +- \|/);
});

test('what was not measured has no table', () => {
  expect(printWebcam({ kinds: [], clips: [] })).toEqual([]);
});
