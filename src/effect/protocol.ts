/** The types that cross the worker's wall, nothing else. */
import type { Fault } from '../common/errors.ts';

export type { Fault } from '../common/errors.ts';
export type { TappedFrame } from '../media/frame-port.ts';

/** Parts of a person, which only a matte net with `parts` tells apart; `face` is the skin of the face with eyes and lips. */
export const BODY_PARTS = ['face', 'hair', 'clothes'] as const;
export type BodyPart = (typeof BODY_PARTS)[number];

export const REGIONS = ['person', ...BODY_PARTS, 'background', 'everything'] as const;
/** Where the style shows. */
export type Region = (typeof REGIONS)[number];

/** What stands behind the person. `colour` is linear-free sRGB, each channel 0..1. */
export type BackgroundFill =
  | { kind: 'live' }
  | { kind: 'blur' }
  | { kind: 'transparent' }
  | { kind: 'colour'; rgb: [number, number, number] }
  | { kind: 'image'; bitmap: ImageBitmap };

/** Short side of the style net's input in pixels (a multiple of 32), or the governor's choice. */
export type Quality = 'auto' | number;

/** Which execution provider runs the nets; `auto` takes WebGPU where an adapter exists. */
export type ExecutionProviderChoice = 'auto' | 'webgpu' | 'wasm';
export type ExecutionProvider = 'webgpu' | 'wasm';

export interface ResolvedLook {
  /** A style's id from the manifest, or `none`. */
  style: string;
  region: Region;
  /** 0 (the live picture) .. 1 (the style alone). */
  strength: number;
  background: BackgroundFill;
  quality: Quality;
}

/** Milliseconds per stage of one frame. */
export interface StageTimes {
  prepare: number;
  matte: number;
  style: number;
  composite: number;
  /** From the moment that it set out. */
  total: number;
  /** From the frame's arrival, which it may have had to wait after; 0 for a film's. */
  delay: number;
}

export interface EffectStats {
  /** Composited frames per second over the last two seconds. */
  fps: number;
  /** Frames composited since start. */
  frames: number;
  /** Frames that the source gave and the effect did not show since start: newest frame wins. */
  dropped: number;
  /** Medians over the last two seconds; of a net whose answer was held, its last run. */
  ms: StageTimes;
  /** What 19 of 20 frames of the last two seconds stayed under. */
  p95: StageTimes;
  ep: ExecutionProvider;
  /** Whether frames stay on the graphics processor from their source to the stage. */
  zeroCopy: boolean;
  /** Whether all nets reckon in half precision. */
  half: boolean;
  /** [width, height] of the matte net's input. */
  matteSize: [number, number];
  /** [width, height] of the style net's input; [0, 0] while the style is `none`. */
  styleSize: [number, number];
  /** Why the nets have those sizes: `quality` pins them, finer ones were too slow or came too late, there was room for these, or they are the usual or the finest. */
  quality: QualityReason;
  /** What is computed for every second frame only, because nothing else kept the rate. */
  held: Held;
  /** The WebGL renderer's own name for itself. */
  renderer: string;
}

export type Held = 'nothing' | 'style' | 'style and matte';

export type QualityReason = 'pinned' | 'too slow' | 'too late' | 'room' | 'usual' | 'finest';

/** Bytes of runtime and nets that have arrived. `total` is 0 while it is not known. */
export interface LoadProgress {
  loaded: number;
  total: number;
}

/** What the worker says unasked. */
export type WorkerNotice =
  | { type: 'progress'; progress: LoadProgress }
  | { type: 'running' }
  | { type: 'fault'; fault: Fault; fatal: boolean }
  | { type: 'beat'; stats: EffectStats };

/** Whether a style is meant for every machine, or for strong ones. */
export const GRADES = ['live', 'fine'] as const;
export type Grade = (typeof GRADES)[number];

/** A style as the page may offer it. */
export interface StyleInfo {
  id: string;
  title: string;
  grade: Grade;
}

export interface WorkerOptions {
  canvas: OffscreenCanvas;
  manifestUrl: string;
  ep: ExecutionProviderChoice;
  look: ResolvedLook;
}

/** One round of previews. */
export interface PreviewJob {
  /** By which the page stops it. */
  id: number;
  /** `none` shows the live frame itself. */
  styles: string[];
  /** Pixels. */
  width: number;
}

/** How a film is carried: every frame of it, at the finest quality that the look allows. */
export interface FilmOptions {
  /** `matte` gives, in place of the composite, how much of the style each pixel would take at full strength, as grey. Default `picture`. */
  shows?: 'picture' | 'matte';
  /** Short side of the matte net's input in pixels, 32..1080. Default: as many pixels as the governor gives at most. */
  matteSide?: number;
}

/** What is asked over a film's own port. Frames and pictures are transferred. */
export interface FilmApi {
  /** The next frame, in the film's order; closed when its picture comes. Several may be under way. */
  picture(frame: VideoFrame): Promise<VideoFrame>;
}

/** What the page may ask of the worker, over Comlink. Frames do not come this way but in a transferred stream. */
export interface EffectWorkerApi {
  open(options: WorkerOptions, notify: (notice: WorkerNotice) => void): Promise<StyleInfo[]>;
  set(look: Partial<ResolvedLook>): Promise<void>;
  /** Takes over the frames of one source, or of none; the last source's stream is cancelled. */
  feed(frames: ReadableStream<VideoFrame> | null): void;
  /** Takes a film's frames from a port, in place of the source. */
  film(port: MessagePort, options: FilmOptions): Promise<void>;
  /** Every composited frame is also written here, until the stream closes. */
  emit(frames: WritableStream<VideoFrame>): void;
  /** Every frame is also written here as `stacked-1`, until the stream closes. */
  emitStacked(frames: WritableStream<VideoFrame>): Promise<void>;
  /** Composited frames are also given to whoever holds the other end, as often as they ask, until `untap`. */
  tap(port: MessagePort): Promise<void>;
  untap(): void;
  /** Shows each of the styles on the newest frame, one after the other. Resolves after the last one, or when stopped. */
  preview(job: PreviewJob, show: (style: string, result: ImageBitmap | Fault) => void): Promise<void>;
  stopPreview(id: number): void;
  close(): Promise<void>;
}
