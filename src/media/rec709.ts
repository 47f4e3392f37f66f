/**
 * How pictures are coded in files: ITU-R BT.709 in the limited range, which players and editors
 * expect. On a frame of RGB it is what the encoder converts to; drawing the frame ignores it.
 */
export const REC_709 = {
  primaries: 'bt709',
  transfer: 'bt709',
  matrix: 'bt709',
  fullRange: false,
} as const satisfies VideoColorSpaceInit;
