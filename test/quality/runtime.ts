/**
 * ONNX Runtime outside a browser: the native one if it is installed, otherwise the app's own
 * (wasm), which is slower. The native one is a large package, and only the column with its times
 * needs it.
 */
import type * as Runtime from 'onnxruntime-web';

export const HOW_TO_GET_NATIVE =
  'Times of the native runtime are left out. To have them: npm install --no-save onnxruntime-node@1.30.0';

// Not a literal in `import`, because the package may be missing.
const native = 'onnxruntime-node';
const found = await (import(native) as Promise<typeof Runtime>).catch(() => undefined);

export const isNative = found !== undefined;
const { env, InferenceSession, Tensor } = found ?? (await import('onnxruntime-web'));
if (!isNative) env.wasm.numThreads = 1;

/** As the report names it. */
export const runtimeName = isNative
  ? `onnxruntime-node ${env.versions.node}`
  : `onnxruntime-web ${env.versions.web}, wasm`;

export type Session = Runtime.InferenceSession;
export type SessionOptions = Runtime.InferenceSession.SessionOptions;
export type Value = Runtime.Tensor;

/** A value of these sides, on the processor. */
export function tensor(data: Float32Array, dims: readonly number[]): Value {
  return new Tensor('float32', data, dims);
}

/** One net, on one thread. */
export function openSession(bytes: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  return InferenceSession.create(bytes, {
    executionProviders: [isNative ? 'cpu' : 'wasm'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    ...options,
  });
}
