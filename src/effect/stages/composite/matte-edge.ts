/**
 * How the compositing shader turns the fitted line and the plain matte into alpha
 * (`refinedMatte` in shaders/layers.glsl). Previews compute the same in main memory.
 */

/** The plain alpha is kept as it is this far from 0.5 ... */
const SURE_TO = 0.5;
/** ... and begins to count this far from it. Closer to 0.5 the fitted line decides. */
const SURE_FROM = 0.35;
/** Alpha below this becomes 0 ... */
const CLEAR = 0.1;
/** ... and above this becomes 1. */
const OPAQUE = 0.9;

/** The numbers that layers.glsl shares with this file. */
export const MATTE_EDGE_CONSTANTS = { SURE_FROM, SURE_TO, CLEAR, OPAQUE };

/**
 * The final alpha of a pixel whose luminance is the matte's own.
 * @param fitted - alpha on the fitted line, 0..1.
 * @param plain - alpha before the fit, 0..1.
 */
export function refinedAlpha(fitted: number, plain: number): number {
  const sure = smoothstep(SURE_FROM, SURE_TO, Math.abs(plain - 0.5));
  return smoothstep(CLEAR, OPAQUE, fitted + sure * (plain - fitted));
}

function smoothstep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}
