import { BASELINES } from './baselines.ts';
import type { ClipReport } from './measure-clips.ts';
import type { KindReport, KindRow } from './measure-kinds.ts';
import { figure, table } from './table.ts';
import type { WebcamReport } from './webcam.ts';

/** The baseline to beat. In the rows, the measured nets come before the baselines. */
const TO_BEAT = BASELINES.landscape.title;

/** The tables by kind of picture, and the one of clips; without those that were not measured. */
export function printWebcam({ kinds, clips }: WebcamReport): string[] {
  const peopled = worstFirst(kinds.filter(({ rows }) => rows.some(({ pictures }) => pictures > 0)));
  const empty = kinds.filter(({ rows }) => rows.some(({ empty }) => empty > 0));
  return [
    ...(peopled.length > 0 ? [overview(peopled), details(peopled)] : []),
    ...(empty.length > 0 ? [falsePersons(empty)] : []),
    ...(clips.length > 0 ? [overTime(clips)] : []),
  ];
}

/**
 * How far the first net's mean IoU is above the baseline's; the net's own IoU if the baseline was
 * not measured.
 */
function lead({ rows }: KindReport): number {
  const beaten = rows.find(({ segmenter }) => segmenter === TO_BEAT);
  return rows[0]!.iou - (beaten?.iou ?? 0);
}

function worstFirst(kinds: readonly KindReport[]): KindReport[] {
  return [...kinds].sort((a, b) => lead(a) - lead(b));
}

function overview(kinds: readonly KindReport[]): string {
  const titles = kinds[0]!.rows.map(({ segmenter }) => segmenter);
  return table(
    ['mean IoU by kind, worst first', 'pictures', ...titles, `first, above ${TO_BEAT}`],
    kinds.map((kind) => [
      kind.title,
      String(kind.rows[0]!.pictures),
      ...kind.rows.map(({ iou }) => figure(iou, 3)),
      titles.includes(TO_BEAT) ? figure(lead(kind), 3) : '-',
    ]),
  );
}

function details(kinds: readonly KindReport[]): string {
  const line = (title: string, row: KindRow) => [
    title,
    row.segmenter,
    ...[row.iou, row.worst].map((value) => figure(value, 3)),
    ...[row.under85, row.blobs, row.holes].map(percent),
    figure(row.parts, 3),
  ];
  return table(
    ['kind', 'net', 'mean IoU', 'worst 5 %', 'under 0.85', 'blobs', 'holes', 'parts mIoU'],
    kinds.flatMap(({ title, rows }) => rows.map((row) => line(title, row))),
  );
}

function falsePersons(kinds: readonly KindReport[]): string {
  return table(
    ['nobody there', 'net', 'pictures', 'with a false person'],
    kinds.flatMap(({ title, rows }) =>
      rows.map((row) => [title, row.segmenter, String(row.empty), percent(row.falsePersons)]),
    ),
  );
}

function overTime(clips: readonly ClipReport[]): string {
  return table(
    [
      'clips',
      'of',
      'net',
      'mean IoU',
      'worst frame of a clip',
      'of all',
      'flicker',
      'frames until right: mean (most) of',
      'false persons',
    ],
    clips.flatMap(({ title, clips, rows }) =>
      rows.map((row) => [
        title,
        String(clips),
        row.tracker,
        ...[row.iou, row.worstOfClip, row.worst].map((value) => figure(value, 3)),
        figure(row.flicker, 4),
        row.wrong ? `${row.wrong.mean.toFixed(1)} (${row.wrong.most}) of ${row.wrong.of}` : '-',
        row.falsePersons === null ? '-' : percent(row.falsePersons),
      ]),
    ),
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
