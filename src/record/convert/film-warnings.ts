/** Warnings about a film that was converted although something in it was wrong. */

/** A film that ends this many seconds before its stated duration was cut short. */
const MISSING = 0.25;

export function interlaced(name: string): string {
  const quoted = JSON.stringify(name);
  return `“${name}” is interlaced: where something moves, every other line was made of its neighbours. A better picture comes of: ffmpeg -i ${quoted} -vf bwdif -c:v libx264 NEW.mp4`;
}

/** @returns nothing if no frame was damaged. */
export function damaged(name: string, concealed: number, frames: number): string[] {
  if (concealed === 0) return [];
  return [`${concealed} of ${frames} frames are damaged in “${name}”: each repeats the picture before it.`];
}

/**
 * @param there - seconds that were found.
 * @param expected - seconds that there should be.
 * @returns nothing if about all of it was there.
 */
export function cutShort(name: string, there: number, expected: number): string[] {
  if (there >= expected - MISSING) return [];
  return [
    `“${name}” breaks off after ${there.toFixed(1)} s of ${expected.toFixed(1)} s: what was there is converted. ` +
      'Copy or download it again for the rest.',
  ];
}
