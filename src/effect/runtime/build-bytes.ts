/**
 * The builds of ONNX Runtime Web 1.30.0, and the sizes of their binaries in bytes. The
 * plain one runs nets on wasm twice as fast as the others. Of the two with WebGPU, the one with
 * JavaScript Promise Integration is smaller and faster, where a browser has that.
 */
export const BUILD_BYTES = { plain: 14_239_897, jspi: 16_758_545, asyncify: 26_781_914 } as const;
