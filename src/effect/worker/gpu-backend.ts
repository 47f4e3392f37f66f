import { PortoonError } from '../../common/errors.ts';
import type { Catalogue, NetFile, StyleModel } from '../models/catalogue.ts';
import { AdapterCache } from '../runtime/adapter-cache.ts';
import { GpuNet } from '../runtime/gpu-net.ts';
import { NetLoader, type TestedNet } from '../runtime/net-loader.ts';
import { isHardware, startRuntime, type Runtime } from '../runtime/runtime.ts';
import { Packer } from '../stages/composite/packer.ts';
import { testPrepareStage, testRefiner } from './gpu-self-test.ts';
import { GpuMatteStage } from '../stages/matte/gpu-matte-stage.ts';
import { GpuPeopleFinder } from '../stages/matte/gpu-people-finder.ts';
import { GpuRefiner } from '../stages/matte/gpu-refiner.ts';
import { matteSize } from '../stages/net-size.ts';
import { CpuPrepareStage } from '../stages/prepare/cpu-prepare-stage.ts';
import { GpuPrepareStage } from '../stages/prepare/gpu-prepare-stage.ts';
import { cpuStyleRunner } from '../stages/style/cpu-style-runner.ts';
import { GpuStyleRunner } from '../stages/style/gpu-style-runner.ts';
import { StyleStage } from '../stages/style/style-stage.ts';
import { USUAL_ASPECT, type Backend, type BackendSetup, type ReportError } from './backend.ts';
import { cpuBackend } from './cpu-backend.ts';
import { openMatteNet } from './matte-net.ts';

/** The parts of the stages on the GPU that are no nets. */
interface GpuParts {
  readonly prepare: GpuPrepareStage;
  readonly refiner: GpuRefiner;
  readonly finder: GpuPeopleFinder;
  readonly packer: Packer;
}

/**
 * Opens the backend on the GPU. If only the stages fail there, frames are prepared and refined in
 * main memory and the nets still run on WebGPU.
 * @throws PortoonError `ERR_WEBGPU` if the nets fail there.
 */
export async function openGpuBackend(setup: BackendSetup): Promise<Backend> {
  const { runtimeFiles, download, report, choice } = setup;
  const starting = runtimeFiles.then(startRuntime);
  const opening = starting.then((runtime) => openGpuParts(runtime, report));
  opening.catch(() => undefined);
  const catalogue = await setup.catalogue;
  const loader = new NetLoader(catalogue, download, setup.fp16Cache, (error) => {
    report(error, false);
  });
  const warmUp = matteSize(USUAL_ASPECT);
  const matteSetup = { catalogue, runtime: starting, loader, warmUp, report };
  const place: PlaceOnGpu = ({ net, file }, runtime) =>
    new GpuNet(runtime, net, file, layoutCache(runtime, net.id, file), choice === 'auto');
  const closePrepare = async () => (await opening)?.prepare.close();
  const net = await openMatteNet(matteSetup, async (tested, runtime) =>
    (await opening) ? place(tested, runtime) : tested.net,
  ).catch(async (error: unknown) => {
    await closePrepare().catch(() => undefined);
    throw error;
  });
  const runtime = await starting;
  const parts = await opening;
  if (net instanceof GpuNet) return gpuBackend(runtime, { ...parts!, loader, net, catalogue, place });
  await closePrepare();
  const prepare = new CpuPrepareStage();
  const openStyle = async (model: StyleModel, file: NetFile) => (await loader.open(runtime, model, file)).net;
  const style = new StyleStage(openStyle, cpuStyleRunner(prepare), catalogue, loader);
  return cpuBackend(runtime, { loader, net, prepare, style });
}

/** Keeps a net's input and outputs on the GPU. */
type PlaceOnGpu = (tested: TestedNet, runtime: Runtime) => GpuNet;

interface GpuBackendParts extends GpuParts {
  readonly loader: NetLoader;
  readonly net: GpuNet;
  readonly catalogue: Catalogue;
  readonly place: PlaceOnGpu;
}

function gpuBackend(runtime: Runtime, parts: GpuBackendParts): Backend {
  const { loader, net, prepare, refiner, finder, packer, catalogue, place } = parts;
  const matte = new GpuMatteStage(net, prepare, refiner, finder);
  const runner = new GpuStyleRunner(runtime, prepare);
  const openStyle = async (model: StyleModel, file: NetFile) =>
    place(await loader.open(runtime, model, file), runtime);
  const style = new StyleStage(openStyle, (net, roi, draw) => runner.run(net, roi, draw), catalogue, loader);
  return {
    ep: 'webgpu',
    get fp16() {
      return loader.allFp16;
    },
    hasRoom: isHardware(runtime),
    get settling() {
      return runtime.captures > 0;
    },
    prepare,
    matte,
    style,
    pack: (layers) =>
      packer.pack(layers, {
        ...(layers.matte && refiner.layers),
        ...(layers.styled && runner.layers),
      }),
    async close() {
      await style.close();
      await matte.close();
      prepare.close();
      runtime.device?.destroy();
    },
  };
}

/** @returns null if the parts cannot be opened or fail their tests, which is reported. */
async function openGpuParts(runtime: Runtime, report: ReportError): Promise<GpuParts | null> {
  const { watch } = runtime;
  const device = runtime.device!;
  const opening = GpuPrepareStage.open(device, watch);
  try {
    const [prepare, refiner, finder, packer] = await Promise.all([
      opening,
      GpuRefiner.open(device, watch),
      GpuPeopleFinder.open(device, watch),
      Packer.open(device),
    ]);
    await testPrepareStage(prepare);
    await testRefiner(device, refiner);
    return { prepare, refiner, finder, packer };
  } catch (cause) {
    // It keeps the frame of its test.
    opening.then(
      (prepare) => {
        prepare.close();
      },
      () => undefined,
    );
    const message = cause instanceof Error ? cause.message : String(cause);
    const wayOut =
      'Frames are processed in main memory, which is slower. A newer browser or driver may help.';
    report(new PortoonError('ERR_WEBGPU', message, wayOut, { cause }), false);
    return null;
  }
}

/**
 * Holds the layout that was fastest for a net. The text is a storage key in users' browsers: it
 * must not change.
 */
function layoutCache({ device }: Runtime, id: string, { fp16 }: NetFile): AdapterCache {
  const what = `layout of ${id}${fp16 ? ' in half precision' : ''}`;
  return new AdapterCache(device!.adapterInfo, what);
}
