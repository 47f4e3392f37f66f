import * as Comlink from 'comlink';
import { filmAt } from '../../effect/film-client.ts';
import type {
  ConvertRequest,
  ConvertProgress,
  ConvertResult,
  ConvertWorkerApi,
  SegmentStarts,
  FilmInfo,
  FilmSource,
  JoinRequest,
} from '../convert-protocol.ts';
import { rangeOf, Run } from './convert-run.ts';
import { FilmReader } from '../film/film-reader.ts';

/**
 * Converts one film after the other: reads it, sends each frame through the effect, writes what
 * comes back.
 */
class ConvertWorker implements ConvertWorkerApi {
  private run: Run | null = null;
  private paused = false;

  async inspect(film: FilmSource, name: string): Promise<FilmInfo> {
    const reader = await FilmReader.open(film, name);
    reader.close();
    return reader.info;
  }

  async cuts(request: ConvertRequest, seconds: number): Promise<SegmentStarts> {
    const reader = await FilmReader.open(request.film, request.name);
    try {
      const [from, to] = rangeOf(reader, request);
      const { info, begin } = reader;
      return {
        info,
        cuts: await reader.cuts(from, to, seconds),
        seconds: Math.min(to, begin + info.seconds) - from,
      };
    } finally {
      reader.close();
    }
  }

  async convert(
    request: ConvertRequest,
    effect: MessagePort,
    onProgress: (progress: ConvertProgress) => void,
  ): Promise<ConvertResult | null> {
    const film = filmAt(effect);
    try {
      return await this.go(new Run(request, (frame) => film.picture(frame), onProgress));
    } finally {
      film.close();
    }
  }

  join(request: JoinRequest, onProgress: (progress: ConvertProgress) => void): Promise<ConvertResult | null> {
    return this.go(new Run(request, null, onProgress));
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.run?.pause(paused);
  }

  cancel(): void {
    this.run?.cancel();
  }

  private async go(run: Run): Promise<ConvertResult | null> {
    this.run = run;
    run.pause(this.paused);
    try {
      return await run.convert();
    } finally {
      if (this.run === run) this.run = null;
    }
  }
}

Comlink.expose(new ConvertWorker());
