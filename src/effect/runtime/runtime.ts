import type * as Ort from 'onnxruntime-web/wasm';
import type { Download } from '../models/download.ts';
import { isSoftwareRenderer } from '../../common/software-renderer.ts';
import { PortoonError } from '../../common/errors.ts';
import type { ExecutionProvider, ExecutionProviderChoice, FileAddresses } from '../protocol.ts';
import { AdapterCache } from './adapter-cache.ts';
import { builds, type BuildName } from './builds.ts';

/** Features and limits that the runtime uses where an adapter has them. */
const WELCOME_FEATURES = ['shader-f16', 'subgroups', 'timestamp-query'] as const;
const WELCOME_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;
/** A run that takes more milliseconds has failed. Compiling its shaders can take long at first. */
const LONGEST_RUN = 30_000;

/** The browser reports a lost device within this many milliseconds after its work has failed. */
const LOSS_REPORT_MS = 100;

/** The files of one build of the runtime. Can be posted to a worker. */
export interface RuntimeFiles {
  readonly ep: ExecutionProvider;
  readonly build: BuildName;
  /** Where the package's files are; empty in the app, whose bundler knows. */
  readonly files: FileAddresses;
  readonly binary: Uint8Array<ArrayBuffer>;
  /**
   * The binary compiled while it arrived, which is the only way for Chromium to cache the optimised
   * code for the next visit. The runtime takes nothing but bytes; Chromium finds the compiled
   * module by them as long as it is held. Null in other browsers, which would compile it twice.
   */
  readonly compiled: WebAssembly.Module | null;
}

/** ONNX Runtime Web with one execution provider. All its nets run through one ordered queue. */
export interface Runtime {
  readonly ep: ExecutionProvider;
  readonly ort: typeof Ort;
  /** The WebGPU device; null on wasm. */
  readonly device: GPUDevice | null;
  /** How many graphs are being captured. Other runs may wait for a step of a capture. */
  captures: number;
  /** Awaits work of the device, and rejects if the device fails or no longer answers. */
  watch: <T>(work: () => Promise<T>) => Promise<T>;
  /** As `watch`, one after the other: two sessions of a runtime must not run at the same time. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Fetches the build of the runtime for a provider.
 * @param files - see `RuntimeFiles.files`.
 * @throws PortoonError `ERR_MODEL_MISSING` if the files do not arrive.
 */
export async function fetchRuntime(
  ep: ExecutionProvider,
  download: Download,
  files: FileAddresses = {},
): Promise<RuntimeFiles> {
  const build = ep === 'wasm' ? 'plain' : 'Suspending' in WebAssembly ? 'jspi' : 'asyncify';
  const { wasm, bytes, load } = builds[build];
  // A failure is reported where the runtime is started.
  load(files).catch(() => undefined);
  let compiling: Promise<WebAssembly.Module | null> = Promise.resolve(null);
  const binary = await download.bytes(wasm(files), 'the neural network runtime', bytes, (answer) => {
    // Only Chromium has `userAgentData`. Compiling fails if the server sends another content type;
    // the bytes are enough then.
    if ('userAgentData' in navigator)
      compiling = WebAssembly.compileStreaming(answer.clone()).catch(() => null);
  });
  return { ep, build, files, binary, compiled: await compiling };
}

/** @throws PortoonError `ERR_RUNTIME` where the policy of the page or the worker refuses it. */
function mayCompile(): void {
  try {
    // The smallest module: its first four bytes, and the version.
    new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  } catch (cause) {
    throw new PortoonError(
      'ERR_RUNTIME',
      'The Content-Security-Policy refuses WebAssembly, which runs the nets.',
      "Add 'wasm-unsafe-eval' to its script-src, for the page and for the effect's workers.",
      { cause },
    );
  }
}

/**
 * Starts the runtime in this worker.
 * @throws PortoonError `ERR_RUNTIME` where it may not run.
 */
export async function startRuntime({ ep, build, files, binary }: RuntimeFiles): Promise<Runtime> {
  mayCompile();
  const ort = await builds[build].load(files);
  ort.env.logLevel = 'error';
  ort.env.wasm.wasmPaths = { mjs: new URL(builds[build].glue(files), self.location.href).href };
  ort.env.wasm.wasmBinary = binary;
  // Matte and style each have a runtime. Each gets a quarter of the cores and at most two; the rest
  // is for drawing, decoding and encoding.
  ort.env.wasm.numThreads = self.crossOriginIsolated
    ? Math.min(2, Math.max(1, Math.floor(navigator.hardwareConcurrency / 4)))
    : 1;
  const device = ep === 'webgpu' ? await openDevice() : null;
  const watch = device ? watchDevice(device) : <T>(work: () => Promise<T>) => work();

  let tail: Promise<unknown> = Promise.resolve();
  return {
    ep,
    ort,
    device,
    captures: 0,
    watch,
    exclusive(work) {
      const result = tail.then(() => watch(work));
      tail = result.catch(() => undefined);
      return result;
    },
  };
}

/** Whether nets run on a graphics processor, and not on software that stands in for one. */
export function isHardware({ device }: Pick<Runtime, 'device'>): boolean {
  if (!device) return false;
  const { isFallbackAdapter, vendor, architecture, description } = device.adapterInfo;
  return !isFallbackAdapter && !isSoftwareRenderer(`${vendor} ${architecture} ${description}`);
}

async function openDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw webgpuFault('gives no adapter any more');
  const features = WELCOME_FEATURES.filter((feature) => adapter.features.has(feature));
  const limits = Object.fromEntries(WELCOME_LIMITS.map((limit) => [limit, adapter.limits[limit]]));
  return adapter.requestDevice({ requiredFeatures: features, requiredLimits: limits });
}

/**
 * GPU work may fail without an error. The returned function rejects when the device is lost or out
 * of memory, or when the work takes too long.
 */
function watchDevice(device: GPUDevice): Runtime['watch'] {
  let fault: PortoonError | null = null;
  const waiting = new Set<(fault: PortoonError) => void>();
  const failAll = (what: string) => {
    fault ??= webgpuFault(what);
    for (const fail of waiting) fail(fault);
  };
  void device.lost.then(({ message }) => {
    failAll(`lost its device${message ? ` (${message})` : ''}`);
  });
  device.addEventListener('uncapturederror', ({ error }) => {
    failAll(
      `${error instanceof GPUOutOfMemoryError ? 'has no memory left' : 'refuses its work'} (${error.message})`,
    );
  });
  const check = () => {
    if (fault) throw fault;
  };
  return async (work) => {
    check();
    const failure = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      failAll(`has not answered for ${LONGEST_RUN / 1000} seconds`);
    }, LONGEST_RUN);
    waiting.add(failure.reject);
    try {
      return await Promise.race([work(), failure.promise]);
    } catch (error) {
      // A lost device is reported a moment after its work has failed, and is the real reason.
      await Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, LOSS_REPORT_MS))]);
      check();
      throw error;
    } finally {
      clearTimeout(timer);
      waiting.delete(failure.reject);
    }
  };
}

/** @param what - completes "The graphics processor ...". */
export function webgpuFault(
  what: string,
  wayOut = 'The effect goes on without it, more slowly. A newer browser or driver may help.',
): PortoonError {
  return new PortoonError('ERR_WEBGPU', `The graphics processor ${what}.`, wayOut);
}

/** Holds `wasm` if an adapter was slower than the CPU. */
export function providerCache(adapter: GPUAdapterInfo): AdapterCache {
  return new AdapterCache(adapter, 'provider');
}

/** Holds `full` if an adapter computes wrong results in fp16. */
export function precisionCache(adapter: GPUAdapterInfo): AdapterCache {
  return new AdapterCache(adapter, 'precision');
}

/** The provider that was chosen. */
export interface Provider {
  readonly ep: ExecutionProvider;
  /**
   * See {@link precisionCache}; null if the adapter has no fp16 or computes wrong results in it.
   */
  readonly fp16Cache: AdapterCache | null;
}

/**
 * Chooses the execution provider.
 * @param choice - `auto` takes WebGPU if the browser gives a hardware adapter that was not slower
 * than the CPU before.
 * @throws PortoonError `ERR_RUNTIME` if WebGPU is forced and missing.
 */
export async function chooseProvider(choice: ExecutionProviderChoice): Promise<Provider> {
  const wasm: Provider = { ep: 'wasm', fp16Cache: null };
  if (choice === 'wasm') return wasm;
  // Some browsers have no WebGPU in workers, though the type says so.
  const gpu = navigator.gpu as GPU | undefined;
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (choice === 'webgpu') {
    if (adapter) return webgpu(adapter);
    throw new PortoonError(
      'ERR_RUNTIME',
      'This browser offers no WebGPU adapter, and ep=webgpu asks for one.',
      'Leave ep at auto, or switch on hardware acceleration in the browser.',
    );
  }
  // A software adapter is far slower than wasm.
  if (!adapter || adapter.info.isFallbackAdapter) return wasm;
  return (await providerCache(adapter.info).read()) === 'wasm' ? wasm : webgpu(adapter);
}

async function webgpu({ features, info }: GPUAdapter): Promise<Provider> {
  const cache = precisionCache(info);
  const fp16Cache = features.has('shader-f16') && (await cache.read()) !== 'full' ? cache : null;
  return { ep: 'webgpu', fp16Cache };
}
