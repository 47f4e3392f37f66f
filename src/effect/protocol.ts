/** The types that cross the worker boundary. */
import type { Fault } from '../common/errors.ts';
import type { BackgroundWord, Detail, DrawSetting, Grade, Region, Rgb } from './look.ts';

export type { Fault } from '../common/errors.ts';
export type { BodyPart, Detail, DrawSetting, Grade, Region } from './look.ts';

/** What is behind the person. Each channel of `rgb` is sRGB, 0..1. */
export type ResolvedBackground =
  | { kind: BackgroundWord }
  | { kind: 'colour'; rgb: [number, number, number] }
  | { kind: 'image'; bitmap: ImageBitmap };

/**
 * Short side of the style net's input in pixels, rounded to a multiple of 32; or `auto`, which
 * leaves it to the governor.
 */
export type Quality = 'auto' | number;

export type ExecutionProvider = 'webgpu' | 'wasm';
/** Which execution provider runs the nets; `auto` takes WebGPU where an adapter exists. */
export type ExecutionProviderChoice = 'auto' | ExecutionProvider;

/** A look with all options set and its background image loaded. */
export interface ResolvedLook {
  /** A style's id from the manifest, or `none`. */
  style: string;
  /** Where the style shows. */
  region: Region;
  /** 0 (the live picture) .. 1 (the style alone). */
  strength: number;
  /** Factor on the width of a drawn style's lines, 0 (none) .. 3; 1 is the style's own. */
  line: number;
  /** Factor on the chroma of a drawn style, 0 (grey) .. 2; 1 is the style's own. */
  colour: number;
  /** Colours that a drawn style takes, from dark to light; none of them for its own. */
  palette: readonly Rgb[];
  /** How fine the style is drawn. */
  detail: Detail;
  background: ResolvedBackground;
  quality: Quality;
}

/** Milliseconds that each stage took for one frame. */
export interface StageTimes {
  prepare: number;
  matte: number;
  style: number;
  composite: number;
  /** From the start of the frame to its composite. */
  total: number;
  /** From the frame's arrival to its composite; 0 for a film. */
  delay: number;
}

export interface EffectStats {
  /** Composited frames per second, over the last two seconds. */
  fps: number;
  /** Frames composited since the start. */
  frames: number;
  /** Frames since the start that the source gave and that were dropped for newer ones. */
  dropped: number;
  /** Medians over the last two seconds. For a net whose output was reused, its last run counts. */
  ms: StageTimes;
  /** 95th percentiles over the last two seconds. */
  p95: StageTimes;
  ep: ExecutionProvider;
  /** Whether frames stay on the GPU from their source to the canvas. */
  zeroCopy: boolean;
  /** Whether all nets compute in half precision (fp16). */
  half: boolean;
  /** [width, height] of the matte net's input. */
  matteSize: [number, number];
  /**
   * [width, height] of the style's pixel grid over the whole frame; finer where the style net sees
   * only somebody far off; [0, 0] while the style is `none`.
   */
  styleSize: [number, number];
  /** Which grade of the style is on: fine, or the live one (`light`). */
  detail: Exclude<Detail, 'auto'>;
  /** Why the nets have those sizes. */
  quality: QualityReason;
  /** What is computed for every second frame only, because nothing else kept the rate. */
  held: Held;
  /** The WebGL renderer's own name for itself. */
  renderer: string;
}

export type Held = 'nothing' | 'style' | 'style and matte';

/**
 * Why the nets have their sizes: the option `quality` pins them; finer ones were too slow, or their
 * frames came too late; there was room for finer ones; they are the usual ones; or the finest.
 */
export type QualityReason = 'pinned' | 'too slow' | 'too late' | 'room' | 'usual' | 'finest';

/** Bytes of the runtime and the nets that have arrived. `total` is 0 while it is not known. */
export interface LoadProgress {
  loaded: number;
  total: number;
}

/** What the worker reports without being asked. */
export type WorkerNotice =
  | { type: 'progress'; progress: LoadProgress }
  | { type: 'running' }
  | { type: 'fault'; fault: Fault; fatal: boolean }
  | { type: 'beat'; stats: EffectStats };

/** A style as a page can offer it. */
export interface StyleInfo {
  id: string;
  title: string;
  grade: Grade;
  /** Which settings of drawn styles change it; none of them where it is not drawn. */
  settings: readonly DrawSetting[];
}

/**
 * Absolute addresses of the package's files by their names in its folder of assets. A net that is
 * not listed is beside the manifest. The app lists none: its bundler knows where they are.
 */
export type FileAddresses = Readonly<Record<string, string>>;

export interface WorkerOptions {
  canvas: OffscreenCanvas;
  manifestUrl: string;
  files: FileAddresses;
  ep: ExecutionProviderChoice;
  look: ResolvedLook;
}

/** One round of previews. */
export interface PreviewJob {
  /** The page names it to stop the round. */
  id: number;
  /** Ids in order; `none` shows the live frame. */
  styles: string[];
  /** Width of the pictures, in pixels. */
  width: number;
}

/** How a film is processed: every frame of it, at the finest quality that the look allows. */
export interface FilmOptions {
  /**
   * `matte` gives, in place of the composite, how much of the style each pixel would take at full
   * strength, as grey. Default `picture`.
   */
  shows?: 'picture' | 'matte';
  /**
   * Short side of the matte net's input in pixels, 32..1080. Default: the size with the most pixels
   * that the governor ever chooses.
   */
  matteSide?: number;
}

/** How frames are drawn for another worker. */
export interface TapOptions {
  /**
   * Draws the people alone on a transparent background for as long as the tap lasts, on the canvas
   * and in all tracks too, even if `set` changes the look's background meanwhile. No frame with
   * another background is sent. Default false.
   */
  cutOut?: boolean;
}

/** What is asked over the port of a film. Frames and pictures are transferred. */
export interface FilmApi {
  /** Composites the next frame in order, and closes it. Several may be under way. */
  picture(frame: VideoFrame): Promise<VideoFrame>;
}

/** What the page asks of the worker over Comlink. Frames come in a transferred stream instead. */
export interface EffectWorkerApi {
  open(options: WorkerOptions, notify: (notice: WorkerNotice) => void): Promise<StyleInfo[]>;
  set(look: Partial<ResolvedLook>): Promise<void>;
  /** Takes frames from this source, or from none, and cancels the stream of the one before. */
  feed(frames: ReadableStream<VideoFrame> | null): void;
  /** Takes a film's frames from a port, in place of a source. */
  film(port: MessagePort, options: FilmOptions): Promise<void>;
  /** See `Effect.setMirrored`. */
  setMirrored(mirrored: boolean): Promise<void>;
  /** Writes every composited frame here as well, until the stream closes. */
  emit(frames: WritableStream<VideoFrame>): void;
  /** Writes every frame here as `stacked-1` as well, until the stream closes. */
  emitStacked(frames: WritableStream<VideoFrame>): Promise<void>;
  /** Sends composited frames to the other end of the port as well, when it asks, until `untap`. */
  tap(port: MessagePort, options: TapOptions): Promise<void>;
  untap(): Promise<void>;
  /**
   * Shows the styles on the newest frame, one after the other. Resolves at the end, or if stopped.
   */
  preview(job: PreviewJob, show: (style: string, result: ImageBitmap | Fault) => void): Promise<void>;
  stopPreview(id: number): void;
  close(): Promise<void>;
}
