import type { Model } from '../../quality/models.ts';
import { ints, onnx, value, weight } from '../../fixtures/onnx.ts';

/** The manifest's entry for the memory of `brightnessNet`. */
export const memory: Model['state'] = [{ in: 'prior', out: 'prior_next', shape: [1, 1, 'H', 'W'] }];

/**
 * A matte net with known answers: what is bright is the person, and half of each matte comes from
 * the previous one. Its only convolution averages R, G and B.
 */
export function brightnessNet(): Uint8Array {
  return onnx(
    [
      { op_type: 'Conv', input: ['frame', 'kernel'], output: ['grey'] },
      { op_type: 'Mul', input: ['grey', 'half'], output: ['now'] },
      { op_type: 'Mul', input: ['prior', 'half'], output: ['past'] },
      { op_type: 'Add', input: ['now', 'past'], output: ['matte'] },
      { op_type: 'Identity', input: ['matte'], output: ['prior_next'] },
    ],
    [weight('kernel', [1, 3, 1, 1], () => 1 / 3), weight('half', [1], () => 0.5)],
    [value('frame', 3), value('prior', 1)],
    [value('matte', 1), value('prior_next', 1)],
  );
}

/**
 * Two convolutions: 3x3 with stride 2 from 3 channels to 8, then 5x5 for each of the 8 channels
 * alone.
 */
export function twoConvolutions(): Uint8Array {
  return onnx(
    [
      {
        op_type: 'Conv',
        input: ['frame', 'a'],
        output: ['half'],
        attribute: [ints('strides', 2, 2), ints('pads', 1, 1, 1, 1)],
      },
      { op_type: 'Relu', input: ['half'], output: ['positive'] },
      {
        op_type: 'Conv',
        input: ['positive', 'b'],
        output: ['styled'],
        attribute: [ints('pads', 2, 2, 2, 2)],
      },
    ],
    [weight('a', [8, 3, 3, 3], () => 0.1), weight('b', [4, 8, 5, 5], () => 0.1)],
    [value('frame', 3)],
    [value('styled', 4)],
  );
}
