import { PortoonError } from '../../common/errors.ts';
import type { Catalogue } from '../models/catalogue.ts';
import type { Download } from '../models/download.ts';
import type { Detail, ExecutionProvider, ExecutionProviderChoice, FileAddresses } from '../protocol.ts';
import type { AdapterCache } from '../runtime/adapter-cache.ts';
import { chooseProvider, fetchRuntime, type RuntimeFiles } from '../runtime/runtime.ts';
import type { Layers, Packed } from '../stages/layers.ts';
import type { MatteStage } from '../stages/matte/matte-stage.ts';
import type { PrepareStage } from '../stages/prepare/prepare-stage.ts';
import type { StyleStage } from '../stages/style/style-stage.ts';
import { openCpuBackend } from './cpu-backend.ts';
import { openGpuBackend } from './gpu-backend.ts';

/** Nets are warmed up for the shape of most cameras. */
export const USUAL_ASPECT = 16 / 9;

/** The stages of a frame before it is composited, on one execution provider. */
export interface Backend {
  readonly ep: ExecutionProvider;
  /** Whether all nets are fp16 variants. */
  readonly fp16: boolean;
  /** Whether it has room for fine grades of styles: a graphics processor of its own. */
  readonly hasRoom: boolean;
  /** Whether frames are late for a reason that will soon be over. */
  readonly settling: boolean;
  readonly prepare: PrepareStage;
  readonly matte: MatteStage;
  readonly style: Pick<
    StyleStage,
    'selected' | 'grade' | 'hasStyle' | 'hasPattern' | 'select' | 'gradeOf' | 'run' | 'borrow'
  >;
  /** Packs layers that are on the GPU for the compositor; null if layers are texels. */
  readonly pack: ((layers: Layers) => Packed) | null;
  close(): Promise<void>;
}

/** Called with what goes wrong. After a fatal error the backend no longer answers. */
export type ReportError = (error: unknown, fatal: boolean) => void;

/** What a backend is opened with. */
export interface BackendOptions {
  readonly choice: ExecutionProviderChoice;
  /** Id of the style that will be selected first. */
  readonly style: string;
  readonly detail: Detail;
  /** May still be arriving: the runtime, which is larger, is fetched meanwhile. */
  readonly catalogue: Promise<Catalogue>;
  readonly download: Download;
  /** Where the package's files are; empty in the app. */
  readonly files: FileAddresses;
  readonly report: ReportError;
}

/** What the builders are given once the provider is known. */
export interface BackendSetup extends BackendOptions {
  readonly runtimeFiles: Promise<RuntimeFiles>;
  /** See `Provider.fp16Cache`. */
  readonly fp16Cache: AdapterCache | null;
}

/**
 * Opens a backend: on the GPU where the choice and the browser allow it, else on the CPU. If the
 * GPU fails, the error is reported and the CPU takes its place.
 * @throws PortoonError naming the net, or what else is missing.
 */
export async function openBackend(options: BackendOptions): Promise<Backend> {
  const { ep, fp16Cache } = await chooseProvider(options.choice);
  const runtimeFiles = fetchRuntime(ep, options.download, options.files);
  runtimeFiles.catch(() => undefined);
  const setup = { ...options, runtimeFiles, fp16Cache };
  try {
    return await (ep === 'webgpu' ? openGpuBackend(setup) : openCpuBackend(setup));
  } catch (error) {
    if (!failedOnWebGpu(error)) throw error;
    options.report(error, false);
    return openBackend({ ...options, choice: 'wasm' });
  }
}

export function failedOnWebGpu(error: unknown): boolean {
  return error instanceof PortoonError && error.code === 'ERR_WEBGPU';
}
