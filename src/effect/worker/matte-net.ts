import { PortoonError } from '../../common/errors.ts';
import type { Catalogue } from '../models/catalogue.ts';
import type { Size } from '../../common/size.ts';
import type { NetLoader, TestedNet } from '../runtime/net-loader.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** What a matte net is opened with. */
export interface MatteNetSetup {
  readonly catalogue: Pick<Catalogue, 'mattes'>;
  /** May still be starting: the net is fetched meanwhile. */
  readonly runtime: Promise<Runtime>;
  readonly loader: Pick<NetLoader, 'fetch' | 'open'>;
  /** Input size of its first run. */
  readonly warmUp: Size;
  readonly report: (error: unknown, fatal: boolean) => void;
}

/**
 * Opens the first matte net of the catalogue that is as the manifest says. Those before it are
 * reported.
 * @param place - puts the opened net where it will run.
 * @throws PortoonError if no matte net works, or if WebGPU fails.
 */
export async function openMatteNet<MatteNet extends { warm(size: Size): Promise<void> }>(
  { catalogue: { mattes }, runtime, loader, warmUp, report }: MatteNetSetup,
  place: (tested: TestedNet, runtime: Runtime) => MatteNet | Promise<MatteNet>,
): Promise<MatteNet> {
  for (const [index, model] of mattes.entries()) {
    const fetching = loader.fetch(model);
    fetching.catch(() => undefined);
    const started = await runtime;
    try {
      const net = await place(await loader.open(started, model, await fetching), started);
      await net.warm(warmUp);
      return net;
    } catch (error) {
      const isWebGpu = error instanceof PortoonError && error.code === 'ERR_WEBGPU';
      if (index === mattes.length - 1 || isWebGpu) throw error;
      report(error, false);
    }
  }
  throw new Error('a catalogue has a matte net');
}
