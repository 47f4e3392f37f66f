/**
 * `#rrggbb` for any CSS colour that names one, in whatever notation the browser knows, else null. Keywords such as
 * `inherit` are no colours. What is see-through becomes opaque.
 */
export function toHex(css: string): string | null {
  if (!CSS.supports('color', css) || css.trim().toLowerCase() === 'currentcolor') return null;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  // A value that names no colour by itself leaves fillStyle as it was, so two different starts tell it from one that does.
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
