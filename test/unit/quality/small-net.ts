import protobuf from 'protobufjs';
import type { Model } from '../../quality/models.ts';

const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message ModelProto { int64 ir_version = 1; GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8; }
  message OperatorSetIdProto { string domain = 1; int64 version = 2; }
  message GraphProto {
    repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
  }
  message NodeProto {
    repeated string input = 1; repeated string output = 2; string op_type = 4; repeated AttributeProto attribute = 5;
  }
  message AttributeProto { string name = 1; repeated int64 ints = 8; int32 type = 20; }
  message TensorProto { repeated int64 dims = 1; int32 data_type = 2; repeated float float_data = 4; string name = 8; }
  message ValueInfoProto { string name = 1; TypeProto type = 2; }
  message TypeProto { Tensor tensor_type = 1; message Tensor { int32 elem_type = 1; Shape shape = 2; } }
  message Shape { repeated Dim dim = 1; }
  message Dim { int64 dim_value = 1; string dim_param = 2; }
`,
  { keepCase: true },
);

const FLOAT = 1;
const INTS = 7;

interface Node {
  op_type: string;
  input: string[];
  output: string[];
  attribute?: { name: string; type: typeof INTS; ints: number[] }[];
}

const value = (name: string, channels: number) => ({
  name,
  type: {
    tensor_type: {
      elem_type: FLOAT,
      shape: { dim: [{ dim_value: 1 }, { dim_value: channels }, { dim_param: 'H' }, { dim_param: 'W' }] },
    },
  },
});
const weight = (name: string, dims: number[], each: number) => ({
  name,
  dims,
  data_type: FLOAT,
  float_data: Array<number>(dims.reduce((product, side) => product * side, 1)).fill(each),
});

function onnx(node: Node[], initializer: object[], input: object[], output: object[]): Uint8Array {
  const type = root.lookupType('ModelProto');
  return type
    .encode(
      type.fromObject({
        ir_version: 8,
        opset_import: [{ version: 17 }],
        graph: { name: 'small', node, initializer, input, output },
      }),
    )
    .finish();
}

/** What the manifest would say of the memory of `brightnessNet`. */
export const memory: Model['state'] = [{ in: 'prior', out: 'prior_next', shape: [1, 1, 'H', 'W'] }];

/**
 * A matte net whose answers are known: the person is what is bright, and half of each matte is the last one.
 * Its one convolution averages R, G and B.
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
    [weight('kernel', [1, 3, 1, 1], 1 / 3), weight('half', [1], 0.5)],
    [value('frame', 3), value('prior', 1)],
    [value('matte', 1), value('prior_next', 1)],
  );
}

/** Two convolutions: 3x3 with stride 2 from 3 channels to 8, then 5x5 for each of the 8 channels alone. */
export function twoConvolutions(): Uint8Array {
  const ints = (name: string, ...ints: number[]) => ({ name, type: INTS, ints }) as const;
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
    [weight('a', [8, 3, 3, 3], 0.1), weight('b', [4, 8, 5, 5], 0.1)],
    [value('frame', 3)],
    [value('styled', 4)],
  );
}
