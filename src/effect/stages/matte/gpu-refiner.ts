import blur from '../../../../shaders/blur.wgsl?raw';
import guard from '../../../../shaders/guard.wgsl?raw';
import guide from '../../../../shaders/guide.wgsl?raw';
import partShare from '../../../../shaders/part-share.wgsl?raw';
import steady from '../../../../shaders/steady.wgsl?raw';
import { Program, run, storage, uniforms, type BoundStep } from '../../gpu/program.ts';
import { readOnce, Readback } from '../../gpu/readback.ts';
import type { Size } from '../../../common/size.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Part } from '../../protocol.ts';
import type { Shown } from '../style/window.ts';
import { PASSES } from './blur.ts';
import { wholeFrame } from './matte-window.ts';
import type { Answer } from './matter.ts';
import { PLANES } from './part-share.ts';

const GUARD = {
  beginInside: [0, 1, 2, 3, 5],
  beginOutside: [0, 1, 2, 3, 5],
  connect: [0, 2],
  gather: [0, 1, 2, 3, 4],
  measure: [0, 2, 3, 5],
  choose: [0, 2, 3, 5],
  judge: [0, 2, 3, 4, 5],
  hold: [0, 1, 4],
  fill: [0, 1, 2, 3, 4],
} as const;
const GUIDE = {
  gather: [0, 1, 2, 3],
  solve: [0, 3, 4],
  spread: [0, 4, 5],
  fit: [0, 1, 2, 5, 6, 7, 8],
} as const;
const BLUR = { gather: [0, 1, 2, 3], across: [0, 3, 4], down: [0, 3, 4] } as const;
const SHARE = { gather: [0, 1, 2], measure: [0, 1, 2, 3] } as const;
const STEADY = { steady: [0, 1, 2] } as const;

/** Bytes of where something shows. */
const SHOWN = 28;

interface Programs {
  readonly guard: Program<keyof typeof GUARD>;
  readonly guide: Program<keyof typeof GUIDE>;
  readonly blur: Program<keyof typeof BLUR>;
  readonly share: Program<keyof typeof SHARE>;
  readonly steady: Program<keyof typeof STEADY>;
}

/** What stays from frame to frame, and what goes between steps. */
type Buffers = Record<
  | ('extent' | 'steadying' | 'shareSteadying' | 'measured')
  | ('memory' | 'labels' | 'regions' | 'largest' | 'matteBefore' | 'share' | 'shareBefore')
  | ('passing' | 'lines' | 'across' | 'texels' | 'room' | 'shown'),
  GPUBuffer
>;

/** All that one size needs: made once, and run frame by frame. */
interface Fields {
  readonly fresh: Fresh;
  readonly own: Buffers;
  readonly steady: BoundStep[];
  readonly shares: BoundStep[];
  readonly guard: BoundStep[];
  readonly guide: BoundStep[];
  readonly blur: BoundStep[];
}

/** What a matte net was given and has answered. */
export interface Fresh {
  readonly size: Size;
  /** [H,W], 0..1; refined in place. */
  readonly matte: GPUBuffer;
  /** The frame's planes R, G, B. */
  readonly picture: GPUBuffer;
  /** [6,H,W], softmax; null where the net tells none. */
  readonly parts: GPUBuffer | null;
}

/** How a matte is refined. */
export interface Refining {
  /** Whether it is smoothed in time. */
  readonly steadies: boolean;
  /** Whose share is measured. */
  readonly part: Part | null;
  readonly blurs: boolean;
}

/**
 * Makes of a net's answer a matte that can be shown, on the graphics processor: what MatteSmoother, BlotchGuard, PartShare, MatteGuide and BackdropBlur
 * do. Only where something shows, 28 bytes, comes back.
 */
export class GpuRefiner {
  private fields: Fields | null = null;
  /** The part that `share` is of; null where it is 1 everywhere. */
  private part: Part | null = null;
  private readonly corners: Readback;

  private constructor(
    private readonly device: GPUDevice,
    private readonly watch: Runtime['watch'],
    private readonly programs: Programs,
  ) {
    this.corners = new Readback(device, SHOWN, watch);
  }

  static async open(device: GPUDevice, watch: Runtime['watch']): Promise<GpuRefiner> {
    const [guards, guides, blurs, shares, steadies] = await Promise.all([
      Program.open(device, guard, GUARD),
      Program.open(device, guide, GUIDE),
      Program.open(device, blur, BLUR),
      Program.open(device, partShare, SHARE),
      Program.open(device, steady, STEADY),
    ]);
    const programs = { guard: guards, guide: guides, blur: blurs, share: shares, steady: steadies };
    return new GpuRefiner(device, watch, programs);
  }

  /** The last matte's layers: bytes as MatteGuide's, shares 0..1, and colours with their weights. */
  get layers(): Pick<Buffers, 'texels' | 'share' | 'room'> {
    const { texels, share, room } = this.fields!.own;
    return { texels, share, room };
  }

  /** The last matte in main memory. */
  async answer(): Promise<Answer> {
    const { fresh, own } = this.fields!;
    const [bytes, shares] = await Promise.all([
      readOnce(this.device, own.texels, this.watch),
      readOnce(this.device, own.share, this.watch),
    ]);
    return {
      window: wholeFrame(fresh.size),
      texels: new Uint8Array(bytes),
      share: Uint8Array.from(new Float32Array(shares), (value) => 255 * value + 0.5),
    };
  }

  /** The next matte has no past. */
  forget(): void {
    if (!this.fields) return;
    const { queue } = this.device;
    const { memory, steadying, shareSteadying } = this.fields.own;
    const encoder = this.device.createCommandEncoder();
    encoder.clearBuffer(memory);
    queue.submit([encoder.finish()]);
    for (const settings of [steadying, shareSteadying]) queue.writeBuffer(settings, 8, Uint32Array.of(1));
  }

  close(): void {
    this.unbind();
    this.corners.close();
  }

  /**
   * Refines what is there when the work that was submitted before is done.
   * @returns where the region shows, in shares of the frame; null if nowhere.
   */
  refine(fresh: Fresh, { steadies, part, blurs }: Refining): Promise<Shown | null> {
    const { queue } = this.device;
    const { size } = fresh;
    const fields = this.bind(fresh);
    const { shown, steadying, shareSteadying } = fields.own;
    if (part !== this.part) this.setPart(fields, part);
    queue.writeBuffer(shown, 0, Uint32Array.of(...size, 0, 0, 0, 0, 0));
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const runAll = (steps: readonly BoundStep[], over: Size) => {
      for (const step of steps) run(pass, step, over);
    };
    if (steadies) runAll(fields.steady, size);
    runAll(fields.guard, size);
    if (part) runAll(fields.shares, size);
    runAll(fields.guide, size);
    if (blurs) runAll(fields.blur, [size[0] >> 1, size[1] >> 1]);
    pass.end();
    const corners = this.corners.from(encoder, shown);
    queue.submit([encoder.finish()]);
    queue.writeBuffer(steadying, 8, Uint32Array.of(0));
    queue.writeBuffer(shareSteadying, 8, Uint32Array.of(part ? 0 : 1));
    return corners().then((found) => shownIn(new Uint32Array(found), size));
  }

  private setPart({ fresh, own }: Fields, part: Part | null): void {
    const { queue } = this.device;
    const { share, measured, shareSteadying } = own;
    const [width, height] = fresh.size;
    this.part = part;
    queue.writeBuffer(shareSteadying, 8, Uint32Array.of(1));
    if (part) queue.writeBuffer(measured, 8, Uint32Array.of(PLANES[part]));
    else queue.writeBuffer(share, 0, new Float32Array(width * height).fill(1));
  }

  private bind(fresh: Fresh): Fields {
    const former = this.fields;
    if (former?.fresh.matte === fresh.matte) return former;
    const { programs } = this;
    const { size, matte, picture, parts } = fresh;
    // A run that was recorded comes in other buffers: what was steady or held back before still is.
    const keeps = former?.fresh.size.join() === size.join();
    if (!keeps) this.unbind();
    const own = keeps ? former.own : this.make(size);
    const guardBindings = {
      0: own.extent,
      1: matte,
      2: own.labels,
      3: own.regions,
      4: own.memory,
      5: own.largest,
    };
    const guideBindings = {
      ...{ 0: own.extent, 1: matte, 2: picture, 3: own.passing, 4: own.lines, 5: own.across },
      ...{ 6: own.texels, 7: own.share, 8: own.shown },
    };
    const blurBindings = { 0: own.extent, 1: matte, 2: picture, 3: own.room, 4: own.passing };
    const guardSteps = (...steps: (keyof typeof GUARD)[]) =>
      steps.map((step) => programs.guard.bind(step, guardBindings));
    const guideSteps = (...steps: (keyof typeof GUIDE)[]) =>
      steps.map((step) => programs.guide.bind(step, guideBindings));
    const blurSteps = (...steps: (keyof typeof BLUR)[]) =>
      steps.map((step) => programs.blur.bind(step, blurBindings));
    const shareSteps = (parts: GPUBuffer) => {
      const bindings = { 0: own.measured, 1: parts, 2: own.across, 3: own.share };
      return [
        ...(['gather', 'measure'] as const).map((step) => programs.share.bind(step, bindings)),
        programs.steady.bind('steady', { 0: own.shareSteadying, 1: own.share, 2: own.shareBefore }),
      ];
    };
    this.fields = {
      ...{ fresh, own },
      steady: [programs.steady.bind('steady', { 0: own.steadying, 1: matte, 2: own.matteBefore })],
      shares: parts ? shareSteps(parts) : [],
      guard: [
        ...guardSteps('beginInside', 'connect', 'gather', 'measure', 'choose', 'judge', 'hold'),
        ...guardSteps('beginOutside', 'connect', 'gather', 'fill'),
      ],
      guide: guideSteps('gather', 'solve', 'spread', 'fit'),
      blur: [
        ...blurSteps('gather'),
        ...Array.from({ length: PASSES }, () => blurSteps('across', 'down')).flat(),
      ],
    };
    if (!keeps) this.setPart(this.fields, null);
    return this.fields;
  }

  private make(size: Size): Buffers {
    const { device } = this;
    const field = (bytes: number) => storage(device, bytes * size[0] * size[1]);
    const settings = (third: number) => {
      const buffer = uniforms(device, 16);
      device.queue.writeBuffer(buffer, 0, Uint32Array.of(...size, third, 0));
      return buffer;
    };
    return {
      ...{ extent: settings(0), steadying: settings(1), shareSteadying: settings(1), measured: settings(0) },
      ...{ memory: field(20), labels: field(4), regions: field(20), largest: storage(device, 8) },
      ...{ matteBefore: field(4), share: field(4), shareBefore: field(4) },
      ...{ passing: field(16), lines: field(8), across: field(8), texels: field(4), room: field(16) },
      shown: storage(device, SHOWN),
    };
  }

  private unbind(): void {
    for (const buffer of Object.values(this.fields?.own ?? {})) buffer.destroy();
    this.fields = null;
  }
}

function shownIn(found: Uint32Array, [width, height]: Size): Shown | null {
  const [left, top, right, bottom, mass, massX, massY] = found as unknown as readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (right === 0) return null;
  return {
    ...{ left: left / width, top: top / height, right: right / width, bottom: bottom / height },
    x: mass > 0 ? (massX / mass + 0.5) / width : 0.5,
    y: mass > 0 ? (massY / mass + 0.5) / height : 0.5,
  };
}
