/** Colours behind a person that flatter skin, and one green for chroma keying. */
export const SWATCHES = [
  ['#2f6f5e', 'Pine green'],
  ['#274c77', 'Harbour blue'],
  ['#5b3a6b', 'Plum'],
  ['#b5523b', 'Brick'],
  ['#e0b354', 'Honey'],
  ['#e9e4da', 'Linen'],
  ['#17181c', 'Ink'],
  ['#00b140', 'Chroma green'],
] as const;

/** What people call a colour, as far as it has a name here. */
export function nameOfColour(hex: string): string {
  const name = SWATCHES.find(([swatch]) => swatch === hex)?.[1];
  return name?.toLowerCase() ?? `the colour ${hex}`;
}
