import protobuf from 'protobufjs';
import type { Model } from './models.ts';
import { stateShape } from './net.ts';
import type { Size } from './planes.ts';
import { openSession, tensor } from './runtime.ts';

// The few fields of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto that are needed;
// protobuf skips the others.
const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message ModelProto { GraphProto graph = 7; }
  message GraphProto {
    repeated NodeProto node = 1;
    repeated TensorProto initializer = 5;
    repeated ValueInfoProto output = 12;
  }
  message NodeProto { repeated string input = 1; repeated string output = 2; string op_type = 4; }
  message TensorProto { repeated int64 dims = 1; string name = 8; }
  message ValueInfoProto { string name = 1; }
`,
  { keepCase: true },
);
const modelProto = root.lookupType('ModelProto');

interface ModelProto {
  graph: {
    node: { input: string[]; output: string[]; op_type: string }[];
    initializer: { name: string; dims: number[] }[];
    output: { name: string }[];
  };
}

/** What a net costs, from its file alone. */
export interface Cost {
  /** Numbers in its weights. */
  parameters: number;
  /** Multiply-accumulates of its convolutions at the size asked for. */
  macs: number;
}

/**
 * Counts a net's parameters, and its multiply-accumulates at `size`.
 * @throws Error if a convolution's kernel is not among the file's weights.
 */
export async function costOf(bytes: Uint8Array, slots: Model['state'], size: Size): Promise<Cost> {
  const { graph } = modelProto.toObject(modelProto.decode(bytes), {
    arrays: true,
    longs: Number,
  }) as ModelProto;
  const weights = new Map(graph.initializer.map(({ name, dims }) => [name, product(dims)]));
  const makers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const convolutions = graph.node.filter((node) => node.op_type === 'Conv');
  const shapes = await shapesOf(
    bytes,
    convolutions.map((node) => node.output[0]!),
    slots,
    size,
  );
  let macs = 0;
  for (const node of convolutions) {
    const [count, , height, width] = shapes.get(node.output[0]!)!;
    macs += count! * height! * width! * kernelSize(node.input[1]!);
  }
  return { parameters: [...weights.values()].reduce((sum, count) => sum + count, 0), macs };

  /**
   * A kernel stored in fewer bits passes through a node (Cast, DequantizeLinear) on its way to the
   * convolution.
   */
  function kernelSize(name: string): number {
    const stored = weights.get(name);
    if (stored !== undefined) return stored;
    const source = makers.get(name)?.input[0];
    if (source === undefined) throw new Error(`The kernel "${name}" is not among the weights.`);
    return kernelSize(source);
  }
}

/**
 * The shapes of the values inside a net, as the runtime finds them for an empty frame. For that
 * they must be outputs: a second message after the file's own names them so, and protobuf merges
 * the two.
 */
async function shapesOf(bytes: Uint8Array, names: string[], slots: Model['state'], size: Size) {
  const own = modelProto.decode(bytes) as unknown as ModelProto;
  const known = new Set(own.graph.output.map(({ name }) => name));
  const output = names.filter((name) => !known.has(name)).map((name) => ({ name }));
  const addition = modelProto.encode({ graph: { output } }).finish();
  const session = await openSession(Buffer.concat([bytes, addition]), { graphOptimizationLevel: 'disabled' });
  const [width, height] = size;
  const inputs = [
    ['frame', [1, 3, height, width]] as const,
    ...slots.map((slot) => [slot.in, stateShape(slot, size)] as const),
  ];
  const results = await session.run(
    Object.fromEntries(inputs.map(([name, dims]) => [name, tensor(new Float32Array(product(dims)), dims)])),
  );
  await session.release();
  return new Map(names.map((name) => [name, results[name]!.dims]));
}

function product(dims: readonly number[]): number {
  return dims.reduce((total, side) => total * side, 1);
}
