/** What the page and the converting worker say to each other, nothing else. */
import type { FormatId } from './formats.ts';

/** Where a film's bytes are: a file, or an address of this site that answers range requests. */
export type FilmSource = Blob | string;

/** A film as its file describes it. */
export interface FilmInfo {
  /** `MP4`, `QuickTime`, `WebM`, `Matroska` and so on. */
  readonly container: string;
  /** Pixels, as a player shows it: upright, with square pixels. */
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  /** What people call its codecs. */
  readonly video: string;
  /** Null where the film is silent. */
  readonly audio: string | null;
}

/** Moving formats that a film can be converted to. */
export type FilmFormat = Extract<FormatId, 'mp4' | 'webm' | 'webm-alpha'>;

/** Where the converted film goes. */
export type Destination =
  /**
   * An unfinished clip (file/folder.ts). A crash leaves it playable up to there, and
   * `Recorder.repair` completes it.
   */
  | { readonly kind: 'private'; readonly name: string }
  /** An address of this site: each piece is put there with its offset, `PUT url?at=0`. */
  | { readonly kind: 'upload'; readonly url: string };

export interface ConvertRequest {
  readonly film: FilmSource;
  /** What the film is called in messages. */
  readonly name: string;
  readonly format: FilmFormat;
  readonly to: Destination;
  /** Default: all of it. */
  readonly trim?: Trim;
  /** Converts one segment of it: without sound, its frames at the times of the whole film. */
  readonly segment?: SegmentRange;
  /** Frames a second, 1 to 240, for a constant rate. Default: each its own time. */
  readonly frameRate?: number;
}

/** Seconds of a film, from (inclusive) and to (exclusive), counted from its beginning. */
export interface Trim {
  readonly from?: number;
  readonly to?: number;
}

/**
 * A segment of a film, which is converted by itself. Seconds on the film's own clock, as in `cuts`.
 */
export interface SegmentRange {
  readonly from: number;
  /** Not included; null for the film's end. */
  readonly to: number | null;
  /**
   * Seconds before `from` whose frames go through the effect and are thrown away, so that what it
   * remembers of earlier frames is there.
   */
  readonly runUp: number;
}

/** Where a film can be cut into segments. */
export interface SegmentStarts {
  readonly info: FilmInfo;
  /** Beginnings of the segments, for `SegmentRange.from`. */
  readonly cuts: readonly number[];
  /** Seconds that all segments together last. */
  readonly seconds: number;
}

/** Converted segments become one film, without encoding again. */
export interface JoinRequest extends Omit<ConvertRequest, 'segment'> {
  /** In their order; the sound comes from the film itself. */
  readonly segments: readonly ConvertedSegment[];
}

interface ConvertedSegment {
  readonly film: FilmSource;
  readonly result: ConvertResult;
}

export interface ConvertProgress {
  /** Frames converted. */
  readonly frames: number;
  /** Seconds that are converted, and seconds altogether. */
  readonly seconds: number;
  readonly total: number;
  /** Frames a second since the beginning, pauses left out. */
  readonly rate: number;
  /** Seconds until it is done at that rate; null until that is known. */
  readonly left: number | null;
  /** Size of the file so far. */
  readonly bytes: number;
}

export interface ConvertResult {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly video: string;
  /** Null where the file is silent. */
  readonly audio: string | null;
  /** Whether the sound was copied as it is. */
  readonly audioCopied: boolean;
  /** Frames that could not be decoded; the picture before is shown in their place. */
  readonly concealed: number;
  /** What a person should know: sentences. Empty where all went well. */
  readonly warnings: readonly string[];
}

export interface ConvertWorkerApi {
  /** @throws PortoonError `ERR_VIDEO_UNREADABLE`, saying what the file is and what would do. */
  inspect(film: FilmSource, name: string): Promise<FilmInfo>;
  /**
   * @param effect - the port of an effect's film.
   * @returns null if it was cancelled: then nothing is left of the file.
   */
  convert(
    request: ConvertRequest,
    effect: MessagePort,
    onProgress: (progress: ConvertProgress) => void,
  ): Promise<ConvertResult | null>;
  /**
   * Where to cut a film into segments of about `seconds` seconds.
   * @throws PortoonError as `inspect`.
   */
  cuts(request: Pick<ConvertRequest, 'film' | 'name' | 'trim'>, seconds: number): Promise<SegmentStarts>;
  /** As `convert`, from converted segments. */
  join(request: JoinRequest, onProgress: (progress: ConvertProgress) => void): Promise<ConvertResult | null>;
  pause(paused: boolean): void;
  cancel(): void;
}
