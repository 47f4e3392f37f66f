import type { LookState } from './look-store.ts';
import { nameOfColour } from './swatches.ts';

/**
 * A look in words, as in "Toon on the person, in front of pine green".
 * @param styleTitle - what people call the style; null if there is none.
 */
export function describeLook(
  { region, background }: Pick<LookState, 'region' | 'background'>,
  styleTitle: string | null,
): string {
  const behind = describeBackground(background);
  if (styleTitle === null) return `No style${behind}`;
  return `${styleTitle} on ${region === 'everything' ? 'everything' : `the ${region}`}${behind}`;
}

function describeBackground(background: string): string {
  if (background === 'live') return '';
  if (background === 'transparent') return ', transparent background';
  if (background === 'blur') return ', in front of the blurred room';
  if (background.startsWith('#')) return `, in front of ${nameOfColour(background)}`;
  return ', in front of your image';
}
