import { PortoonError } from '../../common/errors.ts';
import type { Model } from '../models/catalogue.ts';
import { Net, outputsOfKind, RANGES, type Output } from './net.ts';
import { webgpuFault, type Runtime } from './runtime.ts';

/** Every net runs at this size, and quickly. */
const SIZE = [32, 32] as const;
/** The largest difference, of 1, between two providers that are both right. */
const TOLERANCE = 2e-2;

/**
 * Opens a net on the runtime's provider. On WebGPU the net is tested first, because drivers compute
 * wrong results without an error: one picture runs on WebGPU and on wasm, and both must agree.
 * @throws PortoonError `ERR_WEBGPU` if they do not, or if the net cannot run on WebGPU.
 * @throws what `Net.open` and `Net.run` throw.
 */
export async function openTested(
  runtime: Runtime,
  model: Pick<Model, 'id' | 'kind' | 'state'>,
  bytes: Uint8Array,
): Promise<Net> {
  const net = await Net.open(runtime, model, bytes);
  if (runtime.ep === 'wasm') return net;
  try {
    const reference = await Net.open({ ...runtime, ep: 'wasm' }, model, bytes);
    try {
      const outputs = outputsOfKind(reference);
      const right = await answer(reference, outputs);
      const given = await answer(net, outputs).catch((cause: unknown) => {
        if (cause instanceof PortoonError && cause.code === 'ERR_WEBGPU') throw cause;
        // The net itself is fine: it has just run on wasm.
        throw webgpuFault(`fails at the net "${model.id}"`);
      });
      const worst = Math.max(...outputs.map((output) => largestError(output, given, right)));
      // Written so that NaN fails too.
      if (!(worst <= TOLERANCE))
        throw webgpuFault(`answers otherwise than it should: the net "${model.id}" by ${worst.toFixed(3)}`);
    } finally {
      await reference.close();
    }
  } catch (error) {
    await net.close().catch(() => undefined);
    throw error;
  }
  net.resetState();
  return net;
}

type Answer = Record<Output, Float32Array>;

/** The largest difference of an output, as a share of its range. */
function largestError(output: Output, given: Answer, right: Answer): number {
  const worst = given[output].reduce(
    (most, value, i) => Math.max(most, Math.abs(value - right[output][i]!)),
    0,
  );
  return worst / (RANGES[output] ?? 1);
}

/** Runs the net on the test picture. */
function answer(net: Net, outputs: readonly Output[]): Promise<Answer> {
  const planes = net.input(SIZE);
  // A skin-coloured disc on a gradient: edges, flat areas and slopes in all channels.
  const [width, height] = SIZE;
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const inside = (x - 16) ** 2 + (y - 18) ** 2 < 100;
      planes[i] = inside ? 0.85 : (x + y) / 64;
      planes[i + width * height] = inside ? 0.65 : x / 40;
      planes[i + 2 * width * height] = inside ? 0.55 : y / 40;
    }
  return net.run(SIZE, outputs);
}
