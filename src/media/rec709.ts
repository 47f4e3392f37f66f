/**
 * How pictures are coded in files: ITU-R BT.709 in the limited range, which players and editors
 * expect. On a frame of RGB it tells the encoder what to convert to; whoever draws the frame takes
 * no notice of it.
 */
export const REC_709 = {
  primaries: 'bt709',
  transfer: 'bt709',
  matrix: 'bt709',
  fullRange: false,
} as const satisfies VideoColorSpaceInit;
