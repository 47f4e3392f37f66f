/** Milliseconds between two checks whether the drawing is done. */
const POLL = 2;

/**
 * Reads the pixels of a canvas without blocking, for a software renderer. There `new VideoFrame`
 * blocks the worker until the canvas is drawn, for 16 ms at 640x360. This requests the pixels at
 * once and fetches them when they are ready.
 */
export class PixelReadback {
  /** Buffers for the next pictures. */
  private readonly free: WebGLBuffer[] = [];
  private size = 0;
  private scratch = new Uint8Array(0);

  constructor(private readonly gl: WebGL2RenderingContext) {
    // A lost context takes its buffers with it.
    gl.canvas.addEventListener('webglcontextlost', () => {
      this.free.length = this.size = 0;
    });
  }

  /**
   * Reads what is on the canvas now.
   * @returns RGBA, the top line first, in memory of its own; null if the context is lost meanwhile.
   */
  async read(width: number, height: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const { gl } = this;
    const size = width * height * 4;
    if (size !== this.size) this.begin(size);
    const buffer = this.free.pop() ?? this.makeBuffer();
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    if (!fence) return null;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, POLL));
      if (gl.isContextLost()) return null;
      if (gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.SIGNALED) break;
    }
    gl.deleteSync(fence);
    const scratch = this.scratch.length === size ? this.scratch : new Uint8Array(size);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, scratch);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    if (size === this.size) this.free.push(buffer);
    else gl.deleteBuffer(buffer);
    return upright(scratch, width * 4);
  }

  /** Starts over, for another canvas size or another context. */
  private begin(size: number): void {
    for (const buffer of this.free.splice(0)) this.gl.deleteBuffer(buffer);
    this.size = size;
    this.scratch = new Uint8Array(size);
  }

  private makeBuffer(): WebGLBuffer {
    const { gl } = this;
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, this.size, gl.STREAM_READ);
    return buffer;
  }
}

/** Reverses the lines, because WebGL's first line is the lowest. */
function upright(pixels: Uint8Array, line: number): Uint8Array<ArrayBuffer> {
  const turned = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at += line)
    turned.set(pixels.subarray(at, at + line), pixels.length - line - at);
  return turned;
}
