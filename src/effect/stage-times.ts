import type { StageTimes } from './protocol.ts';

/** The times of a frame before any stage has run. */
export const NO_TIMES: Readonly<StageTimes> = {
  prepare: 0,
  matte: 0,
  style: 0,
  composite: 0,
  total: 0,
  delay: 0,
};
