import type { Compositor } from '../../../src/effect/stages/composite/compositor.ts';
import { STILL } from '../../../src/effect/stages/style/camera-motion.ts';
import type { Layers } from '../../../src/effect/stages/layers.ts';
import type { ResolvedBackground, Region } from '../../../src/effect/protocol.ts';

export const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

export async function readFloats(device: GPUDevice, buffer: GPUBuffer): Promise<Float32Array> {
  const staging = device.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  return new Float32Array(staging.getMappedRange().slice(0));
}

export function layersOf(
  look: { region: Region; background: ResolvedBackground },
  layers: Pick<Layers, 'matte' | 'share' | 'blurred' | 'styled'>,
): Layers {
  return {
    live: null,
    strength: 1,
    matteAlone: false,
    drawsLines: true,
    drawing: { line: 1, colour: 1, palette: [] },
    anchor: STILL,
    ...look,
    ...layers,
  };
}

export async function pixelsOf(compositor: Compositor, frame: VideoFrame): Promise<Uint8Array> {
  const picture = (await compositor.capture(frame))!;
  const rgba = new Uint8Array(picture.allocationSize({ format: 'RGBA' }));
  await picture.copyTo(rgba, { format: 'RGBA' });
  picture.close();
  return rgba;
}
