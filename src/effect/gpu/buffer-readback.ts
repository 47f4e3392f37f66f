/** Reads a few bytes from the GPU without blocking: each result waits in a buffer of its own. */
export class BufferReadback {
  private readonly free: GPUBuffer[] = [];

  constructor(
    private readonly device: GPUDevice,
    /** Size of each result; a multiple of 4. */
    private readonly bytes: number,
    /** See `Runtime.watch`. */
    private readonly watch: <T>(work: () => Promise<T>) => Promise<T>,
  ) {}

  /**
   * Encodes a copy of the beginning of `source`.
   * @returns a function to call once the encoder's commands are submitted. It gives the bytes in
   * memory of their own.
   */
  from(encoder: GPUCommandEncoder, source: GPUBuffer): () => Promise<ArrayBuffer> {
    const { device, bytes, free } = this;
    const staging =
      free.pop() ??
      device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    encoder.copyBufferToBuffer(source, 0, staging, 0, bytes);
    return async () => {
      await this.watch(() => staging.mapAsync(GPUMapMode.READ));
      const answer = staging.getMappedRange().slice(0);
      staging.unmap();
      free.push(staging);
      return answer;
    };
  }

  /** To be called after the last result. */
  close(): void {
    for (const staging of this.free.splice(0)) staging.destroy();
  }
}

/** Reads all of a buffer, once. */
export async function readBuffer(
  device: GPUDevice,
  source: GPUBuffer,
  watch: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<ArrayBuffer> {
  const readback = new BufferReadback(device, source.size, watch);
  const encoder = device.createCommandEncoder();
  const answer = readback.from(encoder, source);
  device.queue.submit([encoder.finish()]);
  try {
    return await answer();
  } finally {
    readback.close();
  }
}
