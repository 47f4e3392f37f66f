import type { MatteFigures } from './matte.ts';
import type { DrawingReport } from './measure-drawing.ts';
import type { SizeFigures, TimeFigures } from './measure-matte.ts';
import type { Model } from './models.ts';
import { PARTS } from './parts.ts';
import type { Size } from './planes.ts';
import { printDrawing } from './report-drawing.ts';
import { printWebcam } from './report-webcam.ts';
import { figure, table } from './table.ts';
import type { WebcamReport } from './webcam.ts';

/** What a net costs at one size. */
export interface CostFigures {
  size: Size;
  parameters: number;
  macs: number;
  bytes: number;
  /** On one thread in ONNX Runtime; on one wasm thread in Chromium, null without a browser. */
  nativeMs: number | null;
  wasmMs: number | null;
}

export interface MatteReport {
  id: Model['id'];
  sizes: (SizeFigures & { cost: CostFigures })[];
  time: TimeFigures;
}

/** What a net of styles costs; how the styles look is measured with the product. */
export interface StyleReport {
  /** Of the net, which several styles share. */
  id: string;
  cost: CostFigures;
}

/** Everything one run of the evaluation found. */
export interface Report {
  date: string;
  command: string;
  machine: string;
  /** Processes that wanted to run, on average over the minute before the evaluation began. */
  load: number;
  /** ONNX Runtime's and Chromium's versions. */
  runtime: string;
  browser: string | null;
  mattes: MatteReport[];
  styles: StyleReport[];
  /** The styles as the product itself draws them. */
  drawings: DrawingReport[];
  webcam: WebcamReport;
  /** What could not be measured, and why. */
  gaps: string[];
}

/** The report as people read it. */
export function print(report: Report): string {
  const { mattes, styles } = report;
  const parts: string[] = [
    `${report.date}, ${report.machine}, load ${report.load.toFixed(1)}, ${report.runtime}, ${report.browser ? `Chromium ${report.browser}` : 'no browser'}, \`${report.command}\``,
  ];
  if (mattes.length > 0) parts.push(...printMattes(mattes));
  if (styles.length > 0) parts.push(printStyles(styles));
  if (report.drawings.length > 0) parts.push(printDrawing(report.drawings));
  parts.push(...printWebcam(report.webcam), ...report.gaps);
  return `${parts.join('\n\n')}\n`;
}

function printMattes(mattes: readonly MatteReport[]): string[] {
  const head = ['matte', 'frame', 'mean IoU', 'under 0.9', 'blobs', 'holes', 'of', 'parts mIoU'];
  const costHead = ['parameters', 'GMAC', 'bytes', 'ms native', 'ms wasm'];
  const accuracy = (figures: MatteFigures) => [
    figures.iou.toFixed(4),
    ...[figures.under90, figures.blobs, figures.holes, figures.pictures].map(String),
  ];
  const lines = mattes.flatMap(({ id, sizes }) =>
    sizes.flatMap(({ first, settled, parts, cost }) => {
      const frame = cost.size.join('x');
      const lines = [[id, frame, ...accuracy(first), figure(parts?.mean, 3), ...costs(cost)]];
      if (settled) lines.push([`${id}, settled`, frame, ...accuracy(settled), ...Array<string>(6).fill('')]);
      return lines;
    }),
  );
  const overTime = mattes.map(({ id, time: { flickerWith, flickerWithout, recovery } }) => [
    id,
    figure(flickerWith, 5),
    figure(flickerWithout, 5),
    figure(flickerWith === null ? null : flickerWith / flickerWithout, 2),
    ...(['another portrait', 'all ones'] as const).map((past) =>
      recovery ? `${recovery[past].mean.toFixed(1)} (${recovery[past].most})` : '-',
    ),
  ]);
  const byPart = mattes.flatMap(({ id, sizes }) =>
    sizes.flatMap(({ cost, parts }) =>
      parts
        ? [[id, cost.size.join('x'), ...[...parts.each, parts.mean].map((value) => figure(value, 3))]]
        : [],
    ),
  );
  return [
    table([...head, ...costHead], lines),
    table(
      [
        'matte over time',
        'flicker with memory',
        'without',
        'ratio',
        'wrong frames after another portrait: mean (most)',
        'after all ones',
      ],
      overTime,
    ),
    ...(byPart.length > 0 ? [table(['IoU of parts', 'frame', ...PARTS, 'mean of six'], byPart)] : []),
  ];
}

function printStyles(styles: readonly StyleReport[]): string {
  return table(
    ['net of styles', 'frame', 'MAC a pixel', 'parameters', 'bytes', 'ms native', 'ms wasm'],
    styles.map(({ id, cost }) => {
      const [parameters, , bytes, native, wasm] = costs(cost);
      const [width, height] = cost.size;
      const macs = (cost.macs / width / height).toFixed(0);
      return [id, cost.size.join('x'), macs, parameters!, bytes!, native!, wasm!];
    }),
  );
}

function costs({ parameters, macs, bytes, nativeMs, wasmMs }: CostFigures): string[] {
  return [String(parameters), figure(macs / 1e9, 3), String(bytes), figure(nativeMs, 1), figure(wasmMs, 1)];
}
