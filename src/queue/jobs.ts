/** What goes through Redis: descriptions of jobs, never a film's bytes. */
import type { ConvertHow } from './engine.ts';
import type { ConvertResult, FilmFormat, FilmInfo, Trim } from '../record/convert-protocol.ts';

/** Before all keys in Redis. */
export const PREFIX = 'portoon-films';
/** The queues: films are cut and joined, segments are converted. */
export const FILMS = 'films';
export const SEGMENTS = 'segments';
/** So often a segment, or the cutting and joining of a film, is tried. */
export const ATTEMPTS = 3;
/** So often a job may be taken from a worker that went silent. */
export const MOST_STALLS = 5;

/** Where a film is: the path of a file that all machines see, or an http(s) address. */
export type Place = string;

/** A film that is converted; its segments are its children. */
export interface FilmJob {
  readonly film: Place;
  /** What the film is called in messages. */
  readonly name: string;
  readonly output: Place;
  readonly format: FilmFormat;
  readonly trim: Trim;
  readonly how: ConvertHow;
  /** The folder of the segments; null where the film is not cut. */
  readonly scratch: Place | null;
  /** Seconds. */
  readonly segment: number;
  readonly runUp: number;
  /** Once it is cut. */
  readonly plan?: FilmPlan;
  /** Once the output is there. */
  readonly result?: ConvertResult;
  /** How often segments were handed out. */
  readonly rounds?: number;
}

export interface FilmPlan {
  readonly info: FilmInfo;
  /** Tells one version of the film's file from another. */
  readonly stamp: string;
  readonly cuts: readonly number[];
  /** Of all segments together. */
  readonly seconds: number;
}

/** A part of a film, to be converted by itself. */
export interface SegmentJob extends Pick<FilmJob, 'film' | 'name' | 'format' | 'trim' | 'how' | 'runUp'> {
  /** The film's job. */
  readonly parent: string;
  readonly scratch: Place;
  readonly stamp: string;
  readonly index: number;
  readonly count: number;
  readonly from: number;
  readonly to: number | null;
}

/** What a segment tells while it is converted, and when it is done. */
export interface SegmentProgress {
  readonly frames: number;
  /** Of the film that are converted. */
  readonly seconds: number;
  readonly rate: number;
}

/** Told to all workers: this film is no longer wanted. */
export function cancelKey(film: string): string {
  return `${PREFIX}:cancelled:${film}`;
}

export function segmentId(film: string, index: number, round: number): string {
  return `${film}-${index}-${round}`;
}
