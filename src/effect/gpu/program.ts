/** What may be bound: buffers, or whatever a source of frames is. */
type Resource = GPUBuffer | GPUTextureView | GPUExternalTexture;

const SIDE = 8;

/** A WGSL file's compute steps, each run with one thread a pixel in workgroups of 8x8. */
export class Program<Step extends string> {
  private constructor(
    private readonly device: GPUDevice,
    private readonly steps: Readonly<Record<Step, readonly number[]>>,
    private readonly pipelines: ReadonlyMap<Step, GPUComputePipeline>,
  ) {}

  /**
   * @param code - WGSL; all its bindings are in group 0.
   * @param steps - its entry points, each with the numbers of the bindings that it uses.
   */
  static async open<Step extends string>(
    device: GPUDevice,
    code: string,
    steps: Readonly<Record<Step, readonly number[]>>,
  ): Promise<Program<Step>> {
    const module = device.createShaderModule({ code });
    const names = Object.keys(steps) as Step[];
    const pipelines = await Promise.all(
      names.map((entryPoint) =>
        device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint } }),
      ),
    );
    return new Program(device, steps, new Map(names.map((name, i) => [name, pipelines[i]!])));
  }

  /** @param resources - at their binding's number. */
  bind(step: Step, resources: Readonly<Record<number, Resource>>): BoundStep {
    const pipeline = this.pipelines.get(step)!;
    const entries = this.steps[step].map((binding) => {
      const resource = resources[binding]!;
      return { binding, resource: resource instanceof GPUBuffer ? { buffer: resource } : resource };
    });
    const group = this.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    return { pipeline, group };
  }
}

/** A step with all it reads and writes. */
export interface BoundStep {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
}

/** Runs a step over so many pixels. Steps of one pass see what those before them wrote. */
export function run(
  pass: GPUComputePassEncoder,
  { pipeline, group }: BoundStep,
  [width, height]: readonly [number, number],
): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(Math.ceil(width / SIDE), Math.ceil(height / SIDE));
}

/** A buffer that programs, the runtime and copies all may use. */
export function storage(device: GPUDevice, bytes: number): GPUBuffer {
  return device.createBuffer({
    size: Math.max(4, bytes),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
}

export function uniforms(device: GPUDevice, bytes: number): GPUBuffer {
  return device.createBuffer({ size: bytes, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
}
