/**
 * Converts a CSS colour in any notation that the browser knows to `#rrggbb`, dropping transparency.
 * Returns null for everything else, including keywords such as `inherit`.
 */
export function toHex(css: string): string | null {
  if (!CSS.supports('color', css) || css.trim().toLowerCase() === 'currentcolor') return null;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  // An invalid value leaves fillStyle unchanged. Trying it after two different colours shows that:
  // only a valid value gives the same result both times.
  context.fillStyle = '#000000';
  context.fillStyle = css;
  const first = context.fillStyle;
  context.fillStyle = '#ffffff';
  context.fillStyle = css;
  if (context.fillStyle !== first) return null;
  if (first.startsWith('#')) return first;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `#${[red!, green!, blue!].map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
