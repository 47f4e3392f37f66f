import type { NetFile, StyleModel } from '../models/catalogue.ts';
import type { Net } from '../runtime/net.ts';
import { NetLoader } from '../runtime/net-loader.ts';
import { NetWorker } from '../runtime/net-worker.ts';
import { isHardware, startRuntime, type Runtime } from '../runtime/runtime.ts';
import { CpuMatteStage } from '../stages/matte/cpu-matte-stage.ts';
import { matteSize } from '../stages/net-size.ts';
import { CpuPrepareStage } from '../stages/prepare/cpu-prepare-stage.ts';
import { cpuStyleRunner } from '../stages/style/cpu-style-runner.ts';
import { StyleStage } from '../stages/style/style-stage.ts';
import { USUAL_ASPECT, type Backend, type BackendSetup } from './backend.ts';
import { openMatteNet } from './matte-net.ts';

/**
 * Opens the backend in main memory. With more than one core, matte and style run on two at once.
 */
export async function openCpuBackend(setup: BackendSetup): Promise<Backend> {
  const { runtimeFiles, download, report } = setup;
  const runtime = runtimeFiles.then(startRuntime);
  runtime.catch(() => undefined);
  const netWorker =
    navigator.hardwareConcurrency > 1
      ? new NetWorker(setup.files, runtimeFiles, (error) => {
          report(error, true);
        })
      : null;
  const catalogue = await setup.catalogue;
  const loader = new NetLoader(catalogue, download, setup.fp16Cache, (error) => {
    report(error, false);
  });
  const prepare = new CpuPrepareStage();
  const openStyle = netWorker
    ? (model: StyleModel, { bytes }: NetFile) => netWorker.open(model, bytes)
    : async (model: StyleModel, file: NetFile) => (await loader.open(await runtime, model, file)).net;
  const style = new StyleStage(openStyle, cpuStyleRunner(prepare), catalogue, loader);
  // The worker opens the style's net while this thread opens the matte's.
  if (netWorker) style.preload(setup.style, setup.detail === 'fine' ? 'fine' : 'live');
  const warmUp = matteSize(USUAL_ASPECT);
  const matteSetup = { catalogue, runtime, loader, warmUp, report };
  const net = await openMatteNet(matteSetup, ({ net }) => net);
  return cpuBackend(await runtime, { loader, net, prepare, style });
}

interface CpuParts {
  readonly loader: NetLoader;
  readonly net: Net;
  readonly prepare: CpuPrepareStage;
  readonly style: Backend['style'] & Pick<StyleStage, 'close'>;
}

/** Puts the stages in main memory together. Their nets may still run on WebGPU. */
export function cpuBackend(runtime: Runtime, { loader, net, prepare, style }: CpuParts): Backend {
  const matte = new CpuMatteStage(net, prepare);
  return {
    ep: runtime.ep,
    get fp16() {
      return loader.allFp16;
    },
    hasRoom: isHardware(runtime),
    settling: false,
    prepare,
    matte,
    style,
    pack: null,
    async close() {
      await style.close();
      await matte.close();
      runtime.device?.destroy();
    },
  };
}
