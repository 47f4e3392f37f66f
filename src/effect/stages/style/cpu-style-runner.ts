import { INK_RANGE } from '../../runtime/net.ts';
import type { StatelessNet } from '../../runtime/net-worker.ts';
import type { CpuPrepareStage } from '../prepare/cpu-prepare-stage.ts';
import { drawsInk, type StyleRunner } from './style-stage.ts';

/** Makes a runner for nets in main memory; the styled picture is texels. */
export function cpuStyleRunner(prepare: Pick<CpuPrepareStage, 'scale'>): StyleRunner<StatelessNet> {
  let texels = new Uint8Array(0);
  let inkTexels = new Uint8Array(0);
  return async (net, roi, draw) => {
    const { size } = roi;
    prepare.scale(size, net.input(size), roi);
    const inks = drawsInk(draw);
    const { styled, ink } = await net.run(size, inks ? ['styled', 'ink'] : ['styled']);
    // The input again: a net in a worker gives it back with its answer, in other memory.
    const seen = net.input(size);
    const pixels = size[0] * size[1];
    if (texels.length !== pixels * 4) texels = new Uint8Array(pixels * 4);
    for (let i = 0, t = 0; i < pixels; i++, t += 4) {
      texels[t] = 255 * styled[i]! + 0.5;
      texels[t + 1] = 255 * styled[i + pixels]! + 0.5;
      texels[t + 2] = 255 * styled[i + 2 * pixels]! + 0.5;
      texels[t + 3] = 76.245 * seen[i]! + 149.685 * seen[i + pixels]! + 29.07 * seen[i + 2 * pixels]! + 0.5;
    }
    if (inks) {
      if (inkTexels.length !== pixels) inkTexels = new Uint8Array(pixels);
      encodeInk(ink, inkTexels);
    }
    return { texels, ink: inks ? inkTexels : null, roi, draw, took: net.took };
  };
}

/** Writes a net's `ink` as bytes: see `StyledLayer`. */
export function encodeInk(ink: Float32Array, texels: Uint8Array): void {
  for (let i = 0; i < texels.length; i++) {
    const share = 0.5 + (0.5 / INK_RANGE) * ink[i]!;
    texels[i] = 255 * Math.min(1, Math.max(0, share)) + 0.5;
  }
}
