/** What the queue needs of a browser's driver. */
import type { Fault, ExecutionProviderChoice, FilmOptions, LookOptions } from '../effect/index.ts';
import type {
  ConvertRequest,
  ConvertProgress,
  ConvertResult,
  SegmentStarts,
  JoinRequest,
} from '../record/convert-protocol.ts';

/** How films are to look; a background picture is given as a location. */
export interface ConvertSettings {
  readonly look: LookOptions;
  readonly film: FilmOptions;
  readonly ep: ExecutionProviderChoice;
}

export interface RunOptions {
  /** Ends the page that works. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ConvertProgress) => void;
}

/** Pages that convert films, kept warm. */
export interface ConvertDriver {
  /**
   * Where to cut a film.
   * @throws FaultError with what the page says; any other error where the browser gave up.
   */
  cuts(
    request: Pick<ConvertRequest, 'film' | 'name' | 'trim'>,
    seconds: number,
    options: RunOptions,
  ): Promise<SegmentStarts>;
  /** @throws as `cuts`. */
  convert(request: ConvertRequest, how: ConvertSettings, options: RunOptions): Promise<ConvertResult>;
  /** @throws as `cuts`. */
  join(request: JoinRequest, options: RunOptions): Promise<ConvertResult>;
  /** Lets pages read a file, or a file at an address. Returns an address of theirs. */
  offer(place: string): string;
  withdraw(address: string): void;
  /** Lets pages write a new file. `finish` completes it, and `close` leaves it as it is. */
  openForWriting(
    file: string,
  ): Promise<{ path: string; finish: () => Promise<void>; close: () => Promise<void> }>;
}

/** What went wrong with a film, in words for people; as text it goes through Redis. */
export class FaultError extends Error {
  constructor(readonly fault: Pick<Fault, 'message' | 'wayOut'> & { code: string }) {
    super(JSON.stringify(fault));
  }
}

/** The fault in a failed job's reason. */
export function readFault(reason: string): Pick<Fault, 'message' | 'wayOut'> & { code: string } {
  try {
    const { code, message, wayOut } = JSON.parse(reason) as Partial<Record<string, unknown>>;
    if (typeof code === 'string' && typeof message === 'string' && typeof wayOut === 'string')
      return { code, message, wayOut };
  } catch {
    // Not a fault in our format.
  }
  const stalled = reason.startsWith('job stalled');
  return {
    code: 'ERR_RUNTIME',
    message: stalled ? 'Several workers went silent while they had this film.' : `It failed: ${reason}`,
    wayOut: stalled
      ? 'They may lack memory: give them less with --jobs, then try again: portoon queue retry'
      : 'Try again: portoon queue retry',
  };
}
