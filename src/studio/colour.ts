/** `#rrggbb` for any CSS colour that names one, else null. Keywords such as `inherit` are no colours. */
export function toHex(css: string): string | null {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return null;
  // An invalid value leaves fillStyle as it was, so two different starts tell it from a valid one.
  context.fillStyle = '#000000';
  context.fillStyle = css;
  const first = context.fillStyle;
  context.fillStyle = '#ffffff';
  context.fillStyle = css;
  if (context.fillStyle !== first) return null;
  if (first.startsWith('#')) return first;
  const channels = /^rgba?\((\d+), (\d+), (\d+)/.exec(first);
  if (!channels) return null;
  return (
    '#' +
    channels
      .slice(1, 4)
      .map((c) => Number(c).toString(16).padStart(2, '0'))
      .join('')
  );
}
