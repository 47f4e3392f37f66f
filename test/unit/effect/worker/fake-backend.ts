import type { ResolvedLook } from '../../../../src/effect/protocol.ts';
import type { Roi } from '../../../../src/effect/stages/roi.ts';
import type { Backend } from '../../../../src/effect/worker/backend.ts';
import { Governor } from '../../../../src/effect/worker/governor.ts';
import type { Outputs } from '../../../../src/effect/worker/outputs.ts';
import { Pipeline } from '../../../../src/effect/worker/pipeline.ts';
import { StatsCollector } from '../../../../src/effect/worker/stats-collector.ts';

/** A frame that records whether it was closed. */
export interface FakeFrame extends VideoFrame {
  closed: boolean;
}

export function fakeFrame(timestamp: number): FakeFrame {
  const frame = {
    timestamp,
    displayWidth: 640,
    displayHeight: 360,
    closed: false,
    close() {
      frame.closed = true;
    },
  };
  return frame as unknown as FakeFrame;
}

/** A backend that logs its calls. Each of its stages can be made to fail. */
export class FakeBackend {
  readonly log: string[] = [];
  unchangedFrames = 0;
  /** The errors that the next calls of the stages throw. */
  failsAt: Partial<Record<'load' | 'matte' | 'style', Error>> = {};
  extent = { left: 0.4, top: 0.2, right: 0.6, bottom: 1, x: 0.5, y: 0.6 };
  styledRois: Roi[] = [];

  constructor(
    readonly name: string,
    private readonly packs = false,
  ) {}

  get backend(): Backend {
    return (this.made ??= this.make());
  }

  private made: Backend | null = null;

  private make(): Backend {
    const step = (what: string, stage?: keyof FakeBackend['failsAt']) => {
      this.log.push(what);
      const error = stage && this.failsAt[stage];
      if (stage && error) {
        this.failsAt = {};
        return Promise.reject(error);
      }
      return Promise.resolve();
    };
    const unchanged = () => this.unchangedFrames;
    return {
      ep: this.packs ? 'webgpu' : 'wasm',
      fp16: false,
      hasRoom: false,
      settling: false,
      prepare: {
        get unchangedFrames() {
          return unchanged();
        },
        aspect: 16 / 9,
        load: () => step('load', 'load'),
        planes: async ([width, height]) => {
          await step('planes');
          return new Float32Array(3 * width * height);
        },
        close: () => undefined,
      },
      matte: {
        checkRegion: () => undefined,
        load: () => void step('load matte'),
        run: async () => {
          await step('matte', 'matte');
          return { matte: { texels: null, size: [288, 160] }, share: null, blurred: null };
        },
        extent: () => this.extent,
        texels: () => Promise.reject(new Error('not needed')),
        reset: () => void step('reset'),
        close: () => Promise.resolve(),
      },
      style: {
        selected: 'toon',
        grade: 'live',
        gradeOf: () => 'live',
        hasStyle: true,
        hasPattern: true,
        select: () => Promise.resolve(true),
        run: async (roi) => {
          this.styledRois.push(roi);
          await step('style', 'style');
          return { texels: null, ink: null, roi, draw: null, took: 5 };
        },
        borrow: () => Promise.reject(new Error('not needed')),
      },
      pack: this.packs ? () => ({}) as never : null,
      close: () => step('close'),
    };
  }
}

/** A pipeline on a fake backend, with outputs that record the timestamps of what they draw. */
export function fakePipeline(fake: FakeBackend, options: { next?: FakeBackend } = {}) {
  const drawn: number[] = [];
  const outputs = {
    hasStacked: false,
    compositor: {
      contextLost: false,
      texelsOf: () => Promise.resolve(null),
      capture: (frame: VideoFrame) => Promise.resolve(fakeFrame(frame.timestamp)),
      close: () => undefined,
    },
    draw: (frame: VideoFrame) => void drawn.push(frame.timestamp),
    write: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const look: ResolvedLook = {
    style: 'toon',
    region: 'person',
    strength: 1,
    line: 1,
    colour: 1,
    palette: [],
    detail: 'auto',
    background: { kind: 'live' },
    quality: 'auto',
  };
  const governor = new Governor();
  const stats = new StatsCollector('fake');
  const pipeline = new Pipeline(look, fake.backend, outputs as unknown as Outputs, governor, stats, () => {
    const { next } = options;
    if (next) pipeline.backend = next.backend;
    return Promise.resolve(next !== undefined);
  });
  return { pipeline, outputs: outputs as unknown as Outputs, governor, stats, look, drawn };
}
