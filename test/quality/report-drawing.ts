import type { DrawingReport, Figure } from './measure-drawing.ts';
import { figure, table } from './table.ts';

/**
 * The table of the figures that tell a drawn picture from a filtered one. Its first line has the
 * targets.
 */
export function printDrawing(drawings: readonly DrawingReport[]): string {
  return table(
    [
      'drawn by the product',
      'middling share',
      'worst kind',
      'sharpest 1 %',
      'worst kind',
      'face features kept',
      'worst kind',
      'flicker',
      'warping',
      'hue of skin',
      'worst kind',
      'grey skins',
    ],
    [
      ['target', '', '', '', '', '>= 0.80', '', '<= 1.00', '<= 1.30', '<= 12 (toon)', '', ''],
      ...drawings.map(({ id, middling, sharpest, legibility, flicker, warping, hue, greySkins }) => [
        id,
        ...meanAndWorst(middling, 2),
        ...meanAndWorst(sharpest, 2),
        ...meanAndWorst(legibility, 2),
        figure(flicker, 2),
        figure(warping, 2),
        ...meanAndWorst(hue, 1),
        String(greySkins),
      ]),
    ],
  );
}

function meanAndWorst(value: Figure | null, decimals: number): [string, string] {
  if (!value) return ['-', '-'];
  return [figure(value.mean, decimals), `${figure(value.worst, decimals)} ${value.worstKind}`];
}
