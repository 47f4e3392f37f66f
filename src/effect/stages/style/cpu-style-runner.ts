import type { StatelessNet } from '../../runtime/net-worker.ts';
import type { CpuPrepareStage } from '../prepare/cpu-prepare-stage.ts';
import type { StyleRunner } from './style-stage.ts';

/** Makes a runner for nets in main memory; the styled picture is texels. */
export function cpuStyleRunner(prepare: Pick<CpuPrepareStage, 'scale'>): StyleRunner<StatelessNet> {
  let texels = new Uint8Array(0);
  return async (net, roi) => {
    const { size } = roi;
    prepare.scale(size, net.input(size), roi);
    const { styled } = await net.run(size, ['styled']);
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
    return { texels, roi, took: net.took };
  };
}
