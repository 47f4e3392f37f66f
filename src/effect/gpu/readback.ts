/** Brings a few bytes back from the graphics processor without holding anybody up: each answer has a buffer of its own to wait in. */
export class Readback {
  private readonly free: GPUBuffer[] = [];

  constructor(
    private readonly device: GPUDevice,
    /** Of each answer; a multiple of 4. */
    private readonly bytes: number,
    /** Fails where the device does. */
    private readonly watch: <T>(work: () => Promise<T>) => Promise<T>,
  ) {}

  /**
   * Encodes a copy of the beginning of `source`.
   * @returns to be called once the encoder's commands have been submitted; what it promises is the caller's own.
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

  /** After the last answer. */
  close(): void {
    for (const staging of this.free.splice(0)) staging.destroy();
  }
}

/** All of a buffer, once. */
export async function readOnce(
  device: GPUDevice,
  source: GPUBuffer,
  watch: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<ArrayBuffer> {
  const readback = new Readback(device, source.size, watch);
  const encoder = device.createCommandEncoder();
  const answer = readback.from(encoder, source);
  device.queue.submit([encoder.finish()]);
  try {
    return await answer();
  } finally {
    readback.close();
  }
}
