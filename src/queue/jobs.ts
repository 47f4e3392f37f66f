/** What goes through Redis: descriptions of jobs, never a film's bytes. */
import type { ConvertSettings } from './convert-driver.ts';
import type { ConvertResult, FilmFormat, FilmInfo, Trim } from '../record/convert-protocol.ts';

/** Before all keys in Redis. */
export const PREFIX = 'portoon-films';
/** The set of the versions that have queues; the server's figures read it too. */
export const VERSIONS = `${PREFIX}:versions`;
/** How often a segment, or the cutting and joining of a film, is tried. */
export const ATTEMPTS = 3;
/** How often a job may be taken from a worker that went silent. */
export const MAX_STALLS = 5;

/** Where a film is: the path of a file that all machines see, or an http(s) address. */
export type FileLocation = string;

/** A film that is converted; its segments are its children. */
export interface FilmJob {
  readonly film: FileLocation;
  /** What the film is called in messages. */
  readonly name: string;
  readonly output: FileLocation;
  /** Whether a file that is there already is replaced. */
  readonly overwrite: boolean;
  readonly format: FilmFormat;
  readonly trim: Trim;
  /** Frames a second; without it each frame keeps its time. */
  readonly frameRate?: number;
  readonly how: ConvertSettings;
  /** The folder of the segments; null where the film is not cut. */
  readonly scratch: FileLocation | null;
  /** Seconds. */
  readonly segment: number;
  readonly runUp: number;
  /** Once it is cut. */
  readonly plan?: FilmPlan;
  /** Once the output is there, or about to be: what it is, and the stamp of its file. */
  readonly written?: { readonly result: ConvertResult; readonly stamp: string | null };
  /** How often segments were handed out. */
  readonly rounds?: number;
}

export interface FilmPlan {
  readonly info: FilmInfo;
  /** Identifies the version of the film's file. */
  readonly stamp: string;
  readonly cuts: readonly number[];
  /** Length of all segments together. */
  readonly seconds: number;
}

/** A segment of a film, which is converted by itself. */
export interface SegmentJob extends Pick<
  FilmJob,
  'film' | 'name' | 'format' | 'trim' | 'frameRate' | 'how' | 'runUp'
> {
  /** The film's job. */
  readonly parent: string;
  readonly scratch: FileLocation;
  readonly stamp: string;
  readonly index: number;
  readonly count: number;
  readonly from: number;
  readonly to: number | null;
}

/** What a segment's job reports while it is converted, and when it is done. */
export interface SegmentProgress {
  readonly frames: number;
  /** Seconds of the film that are converted. */
  readonly seconds: number;
  readonly rate: number;
}

/**
 * The queues of one version, which its workers alone see: films are cut and joined, segments are
 * converted.
 */
export function queueNames(version: string): { films: string; segments: string } {
  return { films: `films-${version}`, segments: `segments-${version}` };
}

/** The key by which all workers learn that a film was removed. */
export function cancelKey(film: string): string {
  return `${PREFIX}:cancelled:${film}`;
}

export function segmentId(film: string, index: number, round: number): string {
  return `${film}-${index}-${round}`;
}
