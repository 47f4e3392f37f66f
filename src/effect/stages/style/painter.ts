import type { AnyNet } from '../../runtime/net-worker.ts';
import type { Preparer } from '../prepare/prepare.ts';
import type { Painter } from './stylist.ts';

/** Paints texels, with nets that take and give main memory. */
export function texelPainter(preparer: Preparer): Painter<AnyNet> {
  let texels = new Uint8Array(0);
  return async (net, window) => {
    const { size } = window;
    preparer.scale(size, net.input(size), window);
    const { styled } = await net.run(size, ['styled']);
    const seen = net.input(size);
    const pixels = size[0] * size[1];
    if (texels.length !== pixels * 4) texels = new Uint8Array(pixels * 4);
    for (let i = 0, t = 0; i < pixels; i++, t += 4) {
      texels[t] = 255 * styled[i]! + 0.5;
      texels[t + 1] = 255 * styled[i + pixels]! + 0.5;
      texels[t + 2] = 255 * styled[i + 2 * pixels]! + 0.5;
      texels[t + 3] = 76.245 * seen[i]! + 149.685 * seen[i + pixels]! + 29.07 * seen[i + 2 * pixels]! + 0.5;
    }
    return { texels, window, took: net.took };
  };
}
