import type * as Ort from 'onnxruntime-web/wasm';
import plainGlue from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import plainWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import jspiGlue from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import jspiWasm from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import asyncifyGlue from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import type { Download } from '../download.ts';
import { PortoonError } from '../errors.ts';
import type { ExecutionProvider, ExecutionProviderChoice } from '../protocol.ts';

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

/** ONNX Runtime Web with one execution provider. Runs of all its nets pass through one ordered queue. */
export interface Runtime {
  readonly ep: ExecutionProvider;
  readonly ort: typeof Ort;
  /** Two sessions of the runtime must not run at once: whatever touches it is called from here. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Chooses the provider and brings its build of the runtime in.
 * @param choice - `auto` takes WebGPU where the browser gives a hardware adapter.
 * @throws PortoonError `ERR_RUNTIME` if WebGPU is forced and missing, or the runtime's files do not arrive.
 */
export async function loadRuntime(choice: ExecutionProviderChoice, download: Download): Promise<Runtime> {
  const ep = await chooseProvider(choice);
  const build = ep === 'wasm' ? builds.plain : 'Suspending' in WebAssembly ? builds.jspi : builds.asyncify;
  const [ort, binary] = await Promise.all([
    build.load(),
    download.bytes(build.wasm, 'the neural network runtime', build.bytes),
  ]);
  ort.env.logLevel = 'error';
  ort.env.wasm.wasmPaths = { mjs: new URL(build.glue, self.location.href).href };
  ort.env.wasm.wasmBinary = binary;
  // Half of the cores and at most four: the rest draw, decode and encode. One thread on two cores measured no slower than two.
  ort.env.wasm.numThreads = self.crossOriginIsolated
    ? Math.min(4, Math.max(1, Math.floor(navigator.hardwareConcurrency / 2)))
    : 1;

  let tail: Promise<unknown> = Promise.resolve();
  return {
    ep,
    ort,
    exclusive(work) {
      const result = tail.then(work, work);
      tail = result.catch(() => undefined);
      return result;
    },
  };
}

async function chooseProvider(choice: ExecutionProviderChoice): Promise<ExecutionProvider> {
  if (choice === 'wasm') return 'wasm';
  // Not every browser that has a worker has WebGPU in it, whatever the type says.
  const gpu = navigator.gpu as GPU | undefined;
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (choice === 'webgpu') {
    if (adapter) return 'webgpu';
    throw new PortoonError(
      'ERR_RUNTIME',
      'This browser offers no WebGPU adapter, and ep=webgpu asks for one.',
      'Leave ep at auto, or switch on hardware acceleration in the browser.',
    );
  }
  // A software adapter is far slower than wasm.
  return adapter && !adapter.info.isFallbackAdapter ? 'webgpu' : 'wasm';
}
