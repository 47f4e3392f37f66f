/**
 * The value that the given share of the measurements stays below.
 * @param values - in any order; they are left as they are.
 * @param share - 0..1; 0.5 is the median.
 * @returns 0 where there are no values.
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
