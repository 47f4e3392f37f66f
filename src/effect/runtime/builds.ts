import type * as Ort from 'onnxruntime-web/wasm';
import plainGlue from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import plainWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import jspiGlue from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import jspiWasm from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import asyncifyGlue from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import type { FileAddresses } from '../protocol.ts';
import { BUILD_BYTES } from './build-bytes.ts';

export type BuildName = keyof typeof BUILD_BYTES;

/** One build of the runtime, and where its files are. */
export interface RuntimeBuild {
  /** Size of its binary, for the progress bar. */
  readonly bytes: number;
  readonly wasm: (files: FileAddresses) => string;
  readonly glue: (files: FileAddresses) => string;
  /** Loads its script, once. */
  readonly load: (files: FileAddresses) => Promise<typeof Ort>;
}

/** The builds as the app's bundler finds them. The package has `src/package/worker/builds.ts`. */
export const builds: Readonly<Record<BuildName, RuntimeBuild>> = {
  plain: {
    bytes: BUILD_BYTES.plain,
    wasm: () => plainWasm,
    glue: () => plainGlue,
    load: () => import('onnxruntime-web/wasm'),
  },
  jspi: {
    bytes: BUILD_BYTES.jspi,
    wasm: () => jspiWasm,
    glue: () => jspiGlue,
    load: () => import('onnxruntime-web/jspi'),
  },
  asyncify: {
    bytes: BUILD_BYTES.asyncify,
    wasm: () => asyncifyWasm,
    glue: () => asyncifyGlue,
    load: () => import('onnxruntime-web/webgpu'),
  },
};
