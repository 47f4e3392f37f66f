/**
 * Replaces each value by the mean over a square of (2 radius + 1)² around it; beyond a border its
 * last value is repeated. Running sums make the cost independent of the radius.
 * @param field - [height,width], changed in place.
 * @param scratch - as long as `field`; overwritten.
 */
export function boxFilter(
  field: Float32Array,
  scratch: Float32Array,
  width: number,
  height: number,
  radius: number,
): void {
  const scale = 1 / (2 * radius + 1);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const last = row + width - 1;
    let sum = field[row]! * radius;
    for (let x = 0; x < radius; x++) sum += field[Math.min(row + x, last)]!;
    for (let x = 0; x < width; x++) {
      const entering = row + x + radius;
      sum += field[entering > last ? last : entering]!;
      scratch[row + x] = sum * scale;
      const leaving = row + x - radius;
      sum -= field[leaving < row ? row : leaving]!;
    }
  }
  // The columns go row by row, so that memory is read in order; `sums` is one row of running sums.
  const sums = columnSums(width);
  const lastRow = (height - 1) * width;
  for (let x = 0; x < width; x++) {
    let sum = scratch[x]! * radius;
    for (let y = 0; y < radius; y++) sum += scratch[Math.min(y * width, lastRow) + x]!;
    sums[x] = sum;
  }
  for (let y = 0; y < height; y++) {
    const entering = Math.min((y + radius) * width, lastRow);
    const leaving = Math.max((y - radius) * width, 0);
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const sum = sums[x]! + scratch[entering + x]!;
      field[row + x] = sum * scale;
      sums[x] = sum - scratch[leaving + x]!;
    }
  }
}

let rowOfSums = new Float64Array(0);
function columnSums(width: number): Float64Array {
  if (rowOfSums.length < width) rowOfSums = new Float64Array(width);
  return rowOfSums;
}
