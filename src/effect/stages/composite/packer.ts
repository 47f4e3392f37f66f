import pack from '../../../../shaders/pack.wgsl?raw';
import { storage, uniforms } from '../../gpu/compute-program.ts';
import { withWgslConstants } from '../../gpu/shader-constants.ts';
import { INK_RANGE } from '../../runtime/net.ts';
import { webgpuFault } from '../../runtime/runtime.ts';
import type { Size } from '../../../common/size.ts';
import type { Layers, Packed, PackedPlace } from '../layers.ts';
import { wholeFrame } from '../roi.ts';

/** The layers as buffers on the GPU. */
interface PackedBuffers {
  /** See `GuidedFilter.texels`. */
  readonly texels: GPUBuffer;
  /** [H,W], 0..1. */
  readonly share: GPUBuffer;
  /** R, G, B and weight, each multiplied by the weight. */
  readonly blurred: GPUBuffer;
  /** The R, G and B planes, 0..1. */
  readonly styled: GPUBuffer;
  /** The planes that the style net saw. */
  readonly seen: GPUBuffer;
  /** The net's output `ink`. */
  readonly ink: GPUBuffer;
}

/** The layers that can be packed; the share of a body part comes with the matte. */
type Packable = Pick<Layers, 'styled' | 'matte' | 'blurred'>;

/** Hands layers from WebGPU to WebGL as one canvas, because they share no other memory. */
export class Packer {
  private readonly canvas = new OffscreenCanvas(1, 1);
  private readonly context: GPUCanvasContext;
  private readonly places: GPUBuffer;
  /** Stands in for a missing layer. */
  private readonly empty: GPUBuffer;

  private constructor(
    private readonly device: GPUDevice,
    private readonly pipeline: GPURenderPipeline,
    format: GPUTextureFormat,
  ) {
    const context = this.canvas.getContext('webgpu');
    if (!context) throw webgpuFault('gives no canvas');
    context.configure({ device, format, alphaMode: 'opaque' });
    this.context = context;
    this.places = uniforms(device, 80);
    this.empty = storage(device, 16);
  }

  /** @throws PortoonError `ERR_WEBGPU` if a test picture does not arrive in WebGL. */
  static async open(device: GPUDevice): Promise<Packer> {
    const format = navigator.gpu.getPreferredCanvasFormat();
    const module = device.createShaderModule({ code: withWgslConstants(pack, { INK_RANGE }) });
    const pipeline = await device.createRenderPipelineAsync({
      layout: 'auto',
      vertex: { module, entryPoint: 'cover' },
      fragment: { module, entryPoint: 'pack', targets: [{ format }] },
    });
    const packer = new Packer(device, pipeline, format);
    packer.test();
    return packer;
  }

  /**
   * Packs layers into one picture.
   * @param layers - which there are, and their sizes.
   * @param from - their pixels.
   * @returns the picture, valid until the current task ends.
   */
  pack({ styled, matte, blurred }: Packable, from: Partial<PackedBuffers>): Packed {
    const { canvas, device, pipeline, empty } = this;
    const sizes = [matte?.size, matte?.size, styled?.roi.size, styled?.roi.size, blurred?.size];
    const tops: number[] = [];
    let [width, height] = [1, 0];
    for (const size of sizes) {
      tops.push(height);
      if (!size) continue;
      width = Math.max(width, size[0] + 2);
      height += size[1] + 2;
    }
    height = Math.max(1, height);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const lines = sizes.flatMap((size, i) => (size ? [tops[i]!, ...size, 0] : [0, 0, 0, 0]));
    device.queue.writeBuffer(this.places, 0, Uint32Array.from(lines));
    const buffers = [this.places, from.texels, from.share, from.styled, from.seen, from.blurred, from.ink];
    const group = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer: buffer ?? empty } })),
    });
    const encoder = device.createCommandEncoder();
    const view = this.context.getCurrentTexture().createView();
    const pass = encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store' }] });
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.draw(3);
    pass.end();
    device.queue.submit([encoder.finish()]);
    const place = (size: Size | undefined, top: number): PackedPlace | null =>
      size ? [1 / width, (top + 1) / height, size[0] / width, size[1] / height] : null;
    const [fit, plain, style, seen, blurredPlace] = sizes.map((size, i) => place(size, tops[i]!));
    return {
      canvas,
      fit: fit!,
      plain: plain!,
      styled: style!,
      seen: seen!,
      blurred: blurredPlace!,
    };
  }

  /** Checks the hand-over: a browser that cannot do it gives an empty picture, and no error. */
  private test(): void {
    const { device } = this;
    const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
    if (!gl) throw webgpuFault('gives no WebGL beside WebGPU');
    const styled = storage(device, 12 * 4);
    const ink = storage(device, 4 * 4);
    const colours = [1, 0.2, 0.4, 0, 0.6, 0, 0.2, 1, 0.2, 1, 0, 0.8];
    device.queue.writeBuffer(styled, 0, Float32Array.from(colours));
    const distances = [-INK_RANGE, -0.5, 1, INK_RANGE];
    device.queue.writeBuffer(ink, 0, Float32Array.from(distances));
    const size = [2, 2] as const;
    const layer = { texels: null, ink: null, roi: wholeFrame(size), draw: null };
    const layers = { styled: layer, matte: null, blurred: null };
    const { canvas } = this.pack(layers, { styled, seen: styled, ink });
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, canvas);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    const texture = gl.getParameter(gl.TEXTURE_BINDING_2D) as WebGLTexture;
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    const [shown, seen] = [1, 1 + size[1] + 2].map((top) => {
      const pixels = new Uint8Array(4 * size[0] * size[1]);
      gl.readPixels(1, top, ...size, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
      return pixels;
    });
    gl.getExtension('WEBGL_lose_context')?.loseContext();
    styled.destroy();
    ink.destroy();
    const comesThrough =
      colours.every((colour, i) => Math.abs(shown![4 * (i % 4) + Math.floor(i / 4)]! - 255 * colour) < 2) &&
      distances.every(
        (distance, i) => Math.abs(seen![4 * i + 1]! - 255 * (0.5 + (0.5 * distance) / INK_RANGE)) < 2,
      );
    if (!comesThrough) throw webgpuFault('does not hand its pictures over to WebGL');
  }
}
