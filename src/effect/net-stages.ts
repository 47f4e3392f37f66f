import type { Download } from './download.ts';
import { PortoonError } from './errors.ts';
import { matteSize } from './governor.ts';
import { Matter } from './matte/matter.ts';
import type { Catalogue, StyleModel } from './models.ts';
import { NetWorker, type AnyNet } from './onnx/net-worker.ts';
import { chooseProvider, fetchRuntime, startRuntime, type Runtime } from './onnx/runtime.ts';
import { openTested } from './onnx/self-test.ts';
import type { ExecutionProvider, ExecutionProviderChoice } from './protocol.ts';
import { Stylist } from './style/stylist.ts';

/** Nets are warmed up for the commonest camera shape. */
export const USUAL_ASPECT = 16 / 9;

/** The two stages that run nets, on one execution provider. */
export interface NetStages {
  readonly ep: ExecutionProvider;
  readonly matter: Matter;
  readonly stylist: Stylist;
  close(): Promise<void>;
}

/**
 * Opens them. Where WebGPU fails, they are on wasm.
 * @param style - the id of the one that will be chosen first: without a GPU its net is opened beside the matte's.
 * @param catalogue - may still be on its way: the runtime, which is larger, is fetched meanwhile.
 * @param tell - told what goes wrong; after a fatal fault the stages answer no more.
 * @throws PortoonError naming the net, or what else is missing.
 */
export async function openNetStages(
  choice: ExecutionProviderChoice,
  style: string,
  catalogue: Promise<Catalogue>,
  download: Download,
  tell: (error: unknown, fatal: boolean) => void,
): Promise<NetStages> {
  const provider = chooseProvider(choice);
  const files = provider.then((ep) => fetchRuntime(ep, download));
  const starting = files.then(startRuntime);
  // Without a GPU, matte and style run on two cores at once.
  const second = provider.then((ep) =>
    ep === 'wasm' && navigator.hardwareConcurrency > 1
      ? new NetWorker(files, (error) => {
          tell(error, true);
        })
      : null,
  );
  second.catch(() => undefined);
  starting.catch(() => undefined);
  const nets = await catalogue;
  try {
    const netWorker = await second;
    const openStyle = async (model: StyleModel, bytes: Uint8Array): Promise<AnyNet> =>
      netWorker ? netWorker.open(model, bytes) : openTested(await starting, model, bytes);
    const stylist = new Stylist(openStyle, nets, download);
    if (netWorker) stylist.foresee(style);
    const matter = await openMatter(nets, starting, download, tell);
    const runtime = await starting;
    return {
      ep: runtime.ep,
      matter,
      stylist,
      async close() {
        await stylist.close();
        await matter.close();
        netWorker?.close();
        runtime.device?.destroy();
      },
    };
  } catch (error) {
    if (!failedOnWebGpu(error)) throw error;
    tell(error, false);
    return openNetStages('wasm', style, catalogue, download, tell);
  }
}

export function failedOnWebGpu(error: unknown): boolean {
  return error instanceof PortoonError && error.code === 'ERR_WEBGPU';
}

/** The first matte net that is as promised; those before it are told. */
async function openMatter(
  catalogue: Catalogue,
  starting: Promise<Runtime>,
  download: Download,
  tell: (error: unknown, fatal: boolean) => void,
): Promise<Matter> {
  const { mattes } = catalogue;
  for (const [index, model] of mattes.entries()) {
    const fetching = catalogue.fetch(model, download);
    fetching.catch(() => undefined);
    const runtime = await starting;
    try {
      const net = await openTested(runtime, model, await fetching);
      await net.run(matteSize(USUAL_ASPECT), ['matte']);
      net.forget();
      return new Matter(net);
    } catch (error) {
      if (index === mattes.length - 1 || failedOnWebGpu(error)) throw error;
      tell(error, false);
    }
  }
  throw new Error('a catalogue has a matte net');
}
