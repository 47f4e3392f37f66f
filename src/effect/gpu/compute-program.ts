/** What can be bound to a step. */
type Resource = GPUBuffer | GPUTextureView | GPUExternalTexture;

/** Side of a workgroup; the shaders declare the same. */
const WORKGROUP = 8;

/** The compute steps of a WGSL shader. Each runs one thread per pixel, in workgroups of 8x8. */
export class ComputeProgram<Step extends string> {
  private constructor(
    private readonly device: GPUDevice,
    private readonly steps: Readonly<Record<Step, readonly number[]>>,
    private readonly pipelines: ReadonlyMap<Step, GPUComputePipeline>,
  ) {}

  /**
   * @param code - WGSL; all its bindings are in group 0.
   * @param steps - its entry points, with the numbers of the bindings that each uses.
   */
  static async open<Step extends string>(
    device: GPUDevice,
    code: string,
    steps: Readonly<Record<Step, readonly number[]>>,
  ): Promise<ComputeProgram<Step>> {
    const module = device.createShaderModule({ code });
    const names = Object.keys(steps) as Step[];
    const pipelines = await Promise.all(
      names.map((entryPoint) =>
        device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint } }),
      ),
    );
    return new ComputeProgram(device, steps, new Map(names.map((name, i) => [name, pipelines[i]!])));
  }

  /** @param resources - by the number of their binding; the step picks those that it uses. */
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

/** A step with everything that it reads and writes. */
export interface BoundStep {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
}

/** Runs a step over [width, height] pixels. Later steps of a pass see what earlier ones wrote. */
export function run(
  pass: GPUComputePassEncoder,
  { pipeline, group }: BoundStep,
  [width, height]: readonly [number, number],
): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(Math.ceil(width / WORKGROUP), Math.ceil(height / WORKGROUP));
}

/** Makes a buffer for programs, the runtime and copies. */
export function storage(device: GPUDevice, bytes: number): GPUBuffer {
  return device.createBuffer({
    size: Math.max(4, bytes),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
}

/** Makes a buffer for the uniforms of a program. */
export function uniforms(device: GPUDevice, bytes: number): GPUBuffer {
  return device.createBuffer({ size: bytes, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
}
