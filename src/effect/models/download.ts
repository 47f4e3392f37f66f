import { PortoonError } from '../../common/errors.ts';
import type { LoadProgress } from '../protocol.ts';

/** Fetches the files that the effect needs, and reports the progress of all of them together. */
export class Download {
  private readonly parts = new Map<string, LoadProgress>();

  constructor(private readonly onProgress: (progress: LoadProgress) => void) {}

  /**
   * Fetches one file.
   * @param what - names it in an error message.
   * @param expected - its size in bytes, for the progress until it has arrived.
   * @param onAnswer - called with the response before it is read; it may clone it.
   * @throws PortoonError `ERR_MODEL_MISSING` naming what did not arrive and why.
   */
  async bytes(
    url: string,
    what: string,
    expected: number,
    onAnswer?: (answer: Response) => void,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const part: LoadProgress = { loaded: 0, total: expected };
    this.parts.set(url, part);
    const chunks: Uint8Array[] = [];
    try {
      const response = await fetch(url);
      if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
      onAnswer?.(response);
      const sent = sentBytes(response);
      part.total = sent ?? expected;
      let arrived = 0;
      for await (const chunk of response.body) {
        chunks.push(chunk);
        arrived += chunk.length;
        part.loaded = sent === null ? arrived : Math.min(sent, (sent * arrived) / expected);
        this.report();
      }
    } catch (cause) {
      throw new PortoonError(
        'ERR_MODEL_MISSING',
        `Could not fetch ${what}: ${cause instanceof Error ? cause.message : String(cause)}.`,
        'Check the connection to the server and try again.',
        { cause },
      );
    } finally {
      // It may be smaller than promised.
      part.total = part.loaded;
      this.report();
    }
    const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const chunk of chunks) {
      whole.set(chunk, offset);
      offset += chunk.length;
    }
    return whole;
  }

  private report(): void {
    let loaded = 0;
    let total = 0;
    for (const part of this.parts.values()) {
      loaded += part.loaded;
      total += Math.max(part.total, part.loaded);
    }
    this.onProgress({ loaded, total });
  }
}

/**
 * What a file that is compressed on its way costs a person's connection; null where it is not, or
 * the server does not say. The browser hands out only what it has unpacked.
 */
function sentBytes({ headers }: Response): number | null {
  if (headers.get('Content-Encoding') === null) return null;
  return Number(headers.get('Content-Length')) || null;
}
