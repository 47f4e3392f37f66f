/** Milliseconds. */
export interface Spread {
  p50: number;
  p95: number;
  count: number;
}

/** The value that a `share` (0..1) of the measurements stay below; NaN if there are none. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export function spread(values: readonly number[]): Spread {
  return {
    p50: Math.round(quantileOf(values, 0.5)),
    p95: Math.round(quantileOf(values, 0.95)),
    count: values.length,
  };
}
