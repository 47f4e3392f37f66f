import type { Layers, Packed } from '../stages/layers.ts';
import { Packer } from '../stages/composite/packer.ts';
import type { Download } from '../models/download.ts';
import { PortoonError } from '../../common/errors.ts';
import { matteSize } from '../stages/net-size.ts';
import { testPrepareStage, testRefiner } from '../stages/gpu-self-test.ts';
import { GpuMatteStage } from '../stages/matte/gpu-matte-stage.ts';
import { GpuRefiner } from '../stages/matte/gpu-refiner.ts';
import { CpuMatteStage } from '../stages/matte/cpu-matte-stage.ts';
import type { MatteStage } from '../stages/matte/matte-stage.ts';
import type { Catalogue, NetFile, StyleModel } from '../models/catalogue.ts';
import { NetLoader, type TestedNet } from '../runtime/net-loader.ts';
import { GpuNet } from '../runtime/gpu-net.ts';
import { AdapterCache } from '../runtime/adapter-cache.ts';
import { NetWorker, type StatelessNet } from '../runtime/net-worker.ts';
import type { Net } from '../runtime/net.ts';
import { chooseProvider, fetchRuntime, startRuntime, type Runtime } from '../runtime/runtime.ts';
import { GpuPrepareStage } from '../stages/prepare/gpu-prepare-stage.ts';
import { CpuPrepareStage } from '../stages/prepare/cpu-prepare-stage.ts';
import type { PrepareStage } from '../stages/prepare/prepare-stage.ts';
import type { ExecutionProvider, ExecutionProviderChoice } from '../protocol.ts';
import { GpuStyleRunner } from '../stages/style/gpu-style-runner.ts';
import { cpuStyleRunner } from '../stages/style/cpu-style-runner.ts';
import { StyleStage } from '../stages/style/style-stage.ts';

/** Nets are warmed up for the commonest camera shape. */
export const USUAL_ASPECT = 16 / 9;

/** The stages before the last, on one execution provider. */
export interface Backend {
  readonly ep: ExecutionProvider;
  /** Whether all nets reckon in half precision. */
  readonly fp16: boolean;
  /** Whether something is under way that makes frames late and will soon be over. */
  readonly settling: boolean;
  readonly prepare: PrepareStage;
  readonly matte: MatteStage;
  readonly style: Pick<StyleStage, 'selected' | 'select' | 'hasStyle' | 'run' | 'borrow'>;
  /** Where frames stay on the graphics processor: puts their layers where the compositor takes them. Null where layers are texels. */
  readonly pack: ((layers: Layers) => Packed) | null;
  close(): Promise<void>;
}

type Tell = (error: unknown, fatal: boolean) => void;

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
  tell: Tell,
): Promise<Backend> {
  const provider = chooseProvider(choice);
  const runtimeFiles = provider.then(({ ep }) => fetchRuntime(ep, download));
  const starting = runtimeFiles.then(startRuntime);
  // Without a GPU, matte and style run on two cores at once.
  const second = provider.then(({ ep }) =>
    ep === 'wasm' && navigator.hardwareConcurrency > 1
      ? new NetWorker(runtimeFiles, (error) => {
          tell(error, true);
        })
      : null,
  );
  second.catch(() => undefined);
  starting.catch(() => undefined);
  const chainOpening = starting.then((runtime) => runtime.device && openChain(runtime, runtime.device, tell));
  chainOpening.catch(() => undefined);
  const nets = await catalogue;
  try {
    const netWorker = await second;
    const { fp16Cache } = await provider;
    const files = new NetLoader(nets, download, fp16Cache, (error) => {
      tell(error, false);
    });
    const preparer = new CpuPrepareStage();
    // Without a GPU the style's net is opened beside the matte's.
    const stylist =
      netWorker && stylistInMemory(preparer, (model, { bytes }) => netWorker.open(model, bytes), nets, files);
    stylist?.preload(style);
    const place = (runtime: Runtime, { net, file }: TestedNet) =>
      new GpuNet(runtime, net, file, layoutMemory(runtime, net.id, file), choice === 'auto');
    const net = await openMatteNet(nets, starting, files, tell, async (runtime, proven) =>
      (await chainOpening) ? place(runtime, proven) : proven.net,
    );
    const runtime = await starting;
    const chain = await chainOpening;
    if (chain && net instanceof GpuNet) return onGpu(runtime, chain, net, place, nets, files);
    const openStyle = async (model: StyleModel, file: NetFile) =>
      (await files.open(runtime, model, file)).net;
    return inMemory(
      runtime,
      preparer,
      net as Net,
      stylist ?? stylistInMemory(preparer, openStyle, nets, files),
      files,
    );
  } catch (error) {
    if (!failedOnWebGpu(error)) throw error;
    tell(error, false);
    return openNetStages('wasm', style, catalogue, download, tell);
  }
}

export function failedOnWebGpu(error: unknown): boolean {
  return error instanceof PortoonError && error.code === 'ERR_WEBGPU';
}

/** What a frame passes on the graphics processor besides the nets. */
interface Chain {
  readonly preparer: GpuPrepareStage;
  readonly refiner: GpuRefiner;
  readonly packer: Packer;
}

/** @returns null where it does not do what it should: frames then go over the main memory. */
async function openChain({ watch }: Runtime, device: GPUDevice, tell: Tell): Promise<Chain | null> {
  try {
    const [preparer, refiner, packer] = await Promise.all([
      GpuPrepareStage.open(device, watch),
      GpuRefiner.open(device, watch),
      Packer.open(device),
    ]);
    await testPrepareStage(preparer);
    await testRefiner(device, refiner);
    return { preparer, refiner, packer };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const wayOut = 'Frames go over the main memory, more slowly. A newer browser or driver may help.';
    tell(new PortoonError('ERR_WEBGPU', message, wayOut, { cause }), false);
    return null;
  }
}

function onGpu(
  runtime: Runtime,
  { preparer, refiner, packer }: Chain,
  net: GpuNet,
  place: (runtime: Runtime, proven: TestedNet) => GpuNet,
  catalogue: Catalogue,
  files: NetLoader,
): Backend {
  const matter = new GpuMatteStage(net, preparer, refiner);
  const painter = new GpuStyleRunner(runtime, preparer);
  const openStyle = async (model: StyleModel, file: NetFile) =>
    place(runtime, await files.open(runtime, model, file));
  const stylist = new StyleStage(openStyle, (net, window) => painter.run(net, window), catalogue, files);
  return {
    ep: 'webgpu',
    get fp16() {
      return files.allFp16;
    },
    get settling() {
      return runtime.captures > 0;
    },
    ...{ prepare: preparer, matte: matter, style: stylist },
    pack: (layers) =>
      packer.pack(layers, {
        ...(layers.matte && refiner.layers),
        ...(layers.styled && painter.layers),
      }),
    async close() {
      await stylist.close();
      await matter.close();
      preparer.close();
      runtime.device?.destroy();
    },
  };
}

function stylistInMemory(
  preparer: CpuPrepareStage,
  openStyle: (model: StyleModel, file: NetFile) => Promise<StatelessNet>,
  catalogue: Catalogue,
  files: NetLoader,
): StyleStage {
  return new StyleStage(openStyle, cpuStyleRunner(preparer), catalogue, files);
}

function inMemory(
  runtime: Runtime,
  preparer: CpuPrepareStage,
  net: Net,
  stylist: StyleStage,
  files: NetLoader,
): Backend {
  const matter = new CpuMatteStage(net, preparer);
  return {
    ep: runtime.ep,
    get fp16() {
      return files.allFp16;
    },
    ...{ settling: false, prepare: preparer, matte: matter, style: stylist },
    pack: null,
    async close() {
      await stylist.close();
      await matter.close();
      runtime.device?.destroy();
    },
  };
}

function layoutMemory({ device }: Runtime, id: string, { fp16 }: NetFile): AdapterCache {
  return new AdapterCache(device!.adapterInfo, `layout of ${id}${fp16 ? ' in half precision' : ''}`);
}

/** The first matte net that is as promised; those before it are told. */
async function openMatteNet<MatteNet extends Pick<Net, 'warm'>>(
  { mattes }: Catalogue,
  starting: Promise<Runtime>,
  files: NetLoader,
  tell: Tell,
  place: (runtime: Runtime, proven: TestedNet) => Promise<MatteNet>,
): Promise<MatteNet> {
  for (const [index, model] of mattes.entries()) {
    const fetching = files.fetch(model);
    fetching.catch(() => undefined);
    const runtime = await starting;
    try {
      const net = await place(runtime, await files.open(runtime, model, await fetching));
      await net.warm(matteSize(USUAL_ASPECT));
      return net;
    } catch (error) {
      if (index === mattes.length - 1 || failedOnWebGpu(error)) throw error;
      tell(error, false);
    }
  }
  throw new Error('a catalogue has a matte net');
}
