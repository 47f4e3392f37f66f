import { ints, onnx, value, weight, type Node } from '../fixtures/onnx.ts';
import { seeded } from '../quality/noise.ts';

/** Width of the layers: Johnson, Alahi and Fei-Fei 2016, as most implementations since have it. */
const WIDTHS = [32, 64, 128] as const;
const BLOCKS = 5;

/**
 * A style net of the classic kind and size, with random weights, which take as long as trained
 * ones: 9x9 in, two steps down, five residual blocks of 128 channels, two fractionally strided
 * steps up, 9x9 out, instance normalisation throughout (Ulyanov et al. 2016).
 */
export function johnsonNet(): Uint8Array {
  const random = seeded(1);
  const nodes: Node[] = [];
  const weights: object[] = [];
  let names = 0;
  const add = (op_type: string, input: string[], attribute?: Node['attribute']): string => {
    const output = `${op_type}${names++}`;
    nodes.push({ op_type, input, output: [output], ...(attribute && { attribute }) });
    return output;
  };
  const kernel = (dims: number[]): string => {
    const name = `kernel${names++}`;
    const deviation = 1 / Math.sqrt(dims[1]! * dims[2]! * dims[3]!);
    weights.push(weight(name, dims, () => deviation * (2 * random() - 1)));
    return name;
  };
  const normalised = (from: string, channels: number): string => {
    const [scale, bias] = [`scale${names++}`, `bias${names++}`];
    weights.push(
      weight(scale, [channels], () => 1),
      weight(bias, [channels], () => 0),
    );
    return add('InstanceNormalization', [from, scale, bias]);
  };
  const convolution = (from: string, into: number, outOf: number, side: number, stride = 1): string => {
    const pad = side >> 1;
    return add(
      'Conv',
      [from, kernel([into, outOf, side, side])],
      [ints('pads', pad, pad, pad, pad), ints('strides', stride, stride)],
    );
  };
  const up = (from: string, into: number, outOf: number): string =>
    add(
      'ConvTranspose',
      [from, kernel([outOf, into, 3, 3])],
      [ints('pads', 1, 1, 1, 1), ints('strides', 2, 2), ints('output_padding', 1, 1)],
    );
  const active = (from: string, channels: number) => add('Relu', [normalised(from, channels)]);

  const [narrow, middle, wide] = WIDTHS;
  let at = active(convolution('frame', narrow, 3, 9), narrow);
  at = active(convolution(at, middle, narrow, 3, 2), middle);
  at = active(convolution(at, wide, middle, 3, 2), wide);
  for (let block = 0; block < BLOCKS; block++) {
    const inside = active(convolution(at, wide, wide, 3), wide);
    at = add('Add', [at, normalised(convolution(inside, wide, wide, 3), wide)]);
  }
  at = active(up(at, middle, wide), middle);
  at = active(up(at, narrow, middle), narrow);
  nodes.push({ op_type: 'Sigmoid', input: [convolution(at, 3, narrow, 9)], output: ['styled'] });
  return onnx(nodes, weights, [value('frame', 3)], [value('styled', 3)]);
}
