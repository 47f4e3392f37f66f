/**
 * Counts what must be freed by hand, in every realm that imports this first: what was created or
 * received, and whether it is still open.
 */

export interface Counts {
  videoFrames: number;
  bitmaps: number;
  /** Contexts of WebGL that were not given up, and all that they hold. */
  webgl: Record<string, number>;
  /** Bytes of WebAssembly memory: it grows by tensors that the runtime does not free. */
  wasm: number;
  /** WebGPU devices, and buffers and textures that were not destroyed, including the runtime's. */
  webgpu: Record<string, number>;
}

const frames = new Set<VideoFrame>();
const bitmaps = new Set<ImageBitmap>();
const memories = new Set<WebAssembly.Memory>();
const contexts = new Set<WebGL2RenderingContext>();
const webgl: Record<string, Map<unknown, WebGL2RenderingContext>> = {};

type Method = (this: unknown, ...given: unknown[]) => unknown;

/** Lets `see` inspect the results of a method. */
function watch(
  holder: object,
  name: string,
  see: (result: unknown, given: unknown[], self: unknown) => void,
): void {
  const methods = holder as Record<string, Method>;
  const method = methods[name]!;
  methods[name] = function (...given) {
    const result = method.apply(this, given);
    see(result, given, this);
    return result;
  };
}

globalThis.VideoFrame = class extends VideoFrame {
  constructor(...given: [CanvasImageSource, VideoFrameInit]) {
    super(...given);
    frames.add(this);
  }
} as unknown as typeof VideoFrame;
watch(ReadableStreamDefaultReader.prototype, 'read', (reading) => {
  // A cancelled reader may reject meanwhile; the caller handles that.
  (reading as Promise<ReadableStreamReadResult<unknown>>).then(
    ({ value }) => {
      // A frame from another realm is not an instance of this realm's class.
      if (Object.prototype.toString.call(value) === '[object VideoFrame]') frames.add(value as VideoFrame);
    },
    () => undefined,
  );
});
watch(globalThis, 'createImageBitmap', (making) => {
  (making as Promise<ImageBitmap>).then(
    (bitmap) => bitmaps.add(bitmap),
    () => undefined,
  );
});
for (const kind of [
  'Texture',
  'Buffer',
  'Framebuffer',
  'Renderbuffer',
  'VertexArray',
  'Program',
  'Shader',
  'Sampler',
]) {
  const made = (webgl[kind] = new Map<unknown, WebGL2RenderingContext>());
  watch(WebGL2RenderingContext.prototype, `create${kind}`, (it, _, gl) =>
    made.set(it, gl as WebGL2RenderingContext),
  );
  watch(WebGL2RenderingContext.prototype, `delete${kind}`, (_, [it]) => made.delete(it));
}
watch(OffscreenCanvas.prototype, 'getContext', (context) => {
  if (context instanceof WebGL2RenderingContext) contexts.add(context);
});
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.add(this);
  }
};

const webgpu: Record<string, Set<unknown>> = { Buffer: new Set(), Texture: new Set(), Device: new Set() };
for (const kind of ['Buffer', 'Texture'] as const) {
  watch(GPUDevice.prototype, `create${kind}`, (it) => webgpu[kind]!.add(it));
  watch(globalThis[`GPU${kind}`].prototype, 'destroy', (_, __, it) => webgpu[kind]!.delete(it));
}
watch(GPUAdapter.prototype, 'requestDevice', (asked) => {
  (asked as Promise<GPUDevice>).then(
    (device) => webgpu.Device!.add(device),
    () => undefined,
  );
});
watch(GPUDevice.prototype, 'destroy', (_, __, it) => webgpu.Device!.delete(it));

export function counts(): Counts {
  return {
    videoFrames: [...frames].filter(({ codedWidth }) => codedWidth > 0).length,
    bitmaps: [...bitmaps].filter(({ width }) => width > 0).length,
    webgl: Object.fromEntries([
      ['Context', [...contexts].filter((gl) => !gl.isContextLost()).length],
      // A lost context frees everything that it holds.
      ...Object.entries(webgl).map(([kind, made]) => [
        kind,
        [...made.values()].filter((gl) => !gl.isContextLost()).length,
      ]),
    ]) as Record<string, number>,
    webgpu: Object.fromEntries(Object.entries(webgpu).map(([kind, open]) => [kind, open.size])),
    wasm: [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
  };
}
