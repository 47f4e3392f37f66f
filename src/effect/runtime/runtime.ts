import type * as Ort from 'onnxruntime-web/wasm';
import plainGlue from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import plainWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import jspiGlue from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import jspiWasm from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import asyncifyGlue from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import type { Download } from '../models/download.ts';
import { PortoonError } from '../../common/errors.ts';
import type { ExecutionProvider, ExecutionProviderChoice } from '../protocol.ts';
import { AdapterMemory } from './adapter-memory.ts';

/**
 * The three builds of ONNX Runtime Web 1.30.0 that are of use. The plain one runs the wasm provider twice as fast as the others do;
 * of the two with WebGPU, the one on JavaScript Promise Integration is smaller and quicker where a browser has it.
 * `bytes` are the sizes of the pinned package's files, for the progress bar.
 */
export const builds = {
  plain: { glue: plainGlue, wasm: plainWasm, bytes: 14_239_897, load: () => import('onnxruntime-web/wasm') },
  jspi: { glue: jspiGlue, wasm: jspiWasm, bytes: 16_758_545, load: () => import('onnxruntime-web/jspi') },
  asyncify: {
    glue: asyncifyGlue,
    wasm: asyncifyWasm,
    bytes: 26_781_914,
    load: () => import('onnxruntime-web/webgpu'),
  },
} as const;

/** What the runtime makes use of where an adapter has it. */
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
/** Milliseconds after which a run does not return any more: compiling its shaders may take long the first time. */
const LONGEST_RUN = 30_000;

/** Milliseconds within which a loss is told of after it has made something fail. */
const LOSS_TOLD = 100;

/** What the runtime is made of, on this machine. Can be posted to a worker. */
export interface RuntimeFiles {
  readonly ep: ExecutionProvider;
  readonly build: keyof typeof builds;
  readonly binary: Uint8Array<ArrayBuffer>;
  /**
   * The same, compiled as it came: only so does Chromium keep its optimised code for the next visit. The runtime takes nothing but bytes; what is compiled already,
   * and held, Chromium finds by them. Null elsewhere: it would be compiled twice.
   */
  readonly compiled: WebAssembly.Module | null;
}

/** ONNX Runtime Web with one execution provider. Runs of all its nets pass through one ordered queue. */
export interface Runtime {
  readonly ep: ExecutionProvider;
  readonly ort: typeof Ort;
  /** That of WebGPU. */
  readonly device: GPUDevice | null;
  /** How many runs are being recorded: others may have to wait for a step of it. */
  recordings: number;
  /** Waits for work of the device, and fails where the device does, or does not answer any more. */
  watch: <T>(work: () => Promise<T>) => Promise<T>;
  /** As `watch`. Two sessions of the runtime must not run at once: whatever touches it is called from here. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Fetches the build of the runtime that runs a provider.
 * @throws PortoonError `ERR_MODEL_MISSING` if the files do not arrive.
 */
export async function fetchRuntime(ep: ExecutionProvider, download: Download): Promise<RuntimeFiles> {
  const build = ep === 'wasm' ? 'plain' : 'Suspending' in WebAssembly ? 'jspi' : 'asyncify';
  const { wasm, bytes, load } = builds[build];
  // What fails is told where the runtime is started.
  load().catch(() => undefined);
  let compiling: Promise<WebAssembly.Module | null> = Promise.resolve(null);
  const binary = await download.bytes(wasm, 'the neural network runtime', bytes, (answer) => {
    // Other browsers have no such data. Of a server that does not say what it is, the bytes alone are taken.
    if ('userAgentData' in navigator)
      compiling = WebAssembly.compileStreaming(answer.clone()).catch(() => null);
  });
  return { ep, build, binary, compiled: await compiling };
}

/** Starts the runtime in this worker. */
export async function startRuntime({ ep, build, binary }: RuntimeFiles): Promise<Runtime> {
  const ort = await builds[build].load();
  ort.env.logLevel = 'error';
  ort.env.wasm.wasmPaths = { mjs: new URL(builds[build].glue, self.location.href).href };
  ort.env.wasm.wasmBinary = binary;
  // Matte and style each have a runtime: a quarter of the cores for each and at most two; the rest draw, decode and encode.
  ort.env.wasm.numThreads = self.crossOriginIsolated
    ? Math.min(2, Math.max(1, Math.floor(navigator.hardwareConcurrency / 4)))
    : 1;
  const device = ep === 'webgpu' ? await openDevice() : null;
  const watch = device ? guard(device) : <T>(work: () => Promise<T>) => work();

  let tail: Promise<unknown> = Promise.resolve();
  return {
    ep,
    ort,
    device,
    recordings: 0,
    watch,
    exclusive(work) {
      const result = tail.then(() => watch(work));
      tail = result.catch(() => undefined);
      return result;
    },
  };
}

async function openDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw webgpuFault('gives no adapter any more');
  const features = WELCOME_FEATURES.filter((feature) => adapter.features.has(feature));
  const limits = Object.fromEntries(WELCOME_LIMITS.map((limit) => [limit, adapter.limits[limit]]));
  return adapter.requestDevice({ requiredFeatures: features, requiredLimits: limits });
}

/** Work on a graphics processor may fail silently: it is given up when the device is lost or full, or after too long. */
function guard(device: GPUDevice): Runtime['watch'] {
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
      // A device that is lost says so a moment after its work has failed: that is the reason then.
      await Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, LOSS_TOLD))]);
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

/** `wasm` where an adapter proved slower than the processor. */
export function providerMemory(adapter: GPUAdapterInfo): AdapterMemory {
  return new AdapterMemory(adapter, 'provider');
}

/** `full` where an adapter proved wrong in half precision. */
export function precisionMemory(adapter: GPUAdapterInfo): AdapterMemory {
  return new AdapterMemory(adapter, 'precision');
}

/** What nets run on. */
export interface Provider {
  readonly ep: ExecutionProvider;
  /** See `precisionMemory`; null where an adapter has no half precision, or proved wrong in it. */
  readonly halves: AdapterMemory | null;
}

/**
 * @param choice - `auto` takes WebGPU where the browser gives a hardware adapter.
 * @throws PortoonError `ERR_RUNTIME` if WebGPU is forced and missing.
 */
export async function chooseProvider(choice: ExecutionProviderChoice): Promise<Provider> {
  const wasm: Provider = { ep: 'wasm', halves: null };
  if (choice === 'wasm') return wasm;
  // Not every browser that has a worker has WebGPU in it, whatever the type says.
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
  return (await providerMemory(adapter.info).recall()) === 'wasm' ? wasm : webgpu(adapter);
}

async function webgpu({ features, info }: GPUAdapter): Promise<Provider> {
  const memory = precisionMemory(info);
  const halves = features.has('shader-f16') && (await memory.recall()) !== 'full' ? memory : null;
  return { ep: 'webgpu', halves };
}
