import type { Fault } from '../common/errors.ts';
import type { ConvertProgress, ConvertResult } from '../record/convert-protocol.ts';

const BAR = 24;

/**
 * Reports progress: to a person, with a bar on a terminal, or to a program, with a line of JSON per
 * event.
 */
export class CliOutput {
  private barShown = false;

  constructor(
    private readonly json: boolean,
    private readonly out: NodeJS.WriteStream = process.stdout,
    private readonly err: NodeJS.WriteStream = process.stderr,
  ) {}

  /** Something that takes a moment begins. */
  step(text: string): void {
    if (this.json || !this.err.isTTY) return;
    this.err.write(`\r\x1b[K${text}`);
    this.barShown = true;
  }

  progress(film: string, progress: ConvertProgress): void {
    const { frames, seconds, total, rate, left } = progress;
    if (this.json) {
      this.line({ event: 'progress', film, ...progress });
      return;
    }
    if (!this.err.isTTY) return;
    const share = total > 0 ? Math.min(1, seconds / total) : 0;
    const full = Math.round(share * BAR);
    const bar = '█'.repeat(full) + '░'.repeat(BAR - full);
    const text = `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${frames} frames, ${rate.toFixed(1)} a second${left === null ? '' : `, ${clock(left)} left`}  ${film}`;
    this.step(text.slice(0, Math.max(20, this.err.columns - 1)));
  }

  /** Several films that are converted at the same time. */
  progressOf(films: readonly (readonly [film: string, progress: ConvertProgress])[], done: number): void {
    if (this.json || films.length + done === 1) {
      for (const [film, progress] of films) this.progress(film, progress);
      return;
    }
    const sum = (key: 'frames' | 'seconds' | 'total' | 'rate' | 'bytes') =>
      films.reduce((all, [, progress]) => all + progress[key], 0);
    const lefts = films.map(([, { left }]) => left);
    this.progress(`${done} of ${films.length + done} films are done`, {
      ...{ frames: sum('frames'), seconds: sum('seconds'), total: sum('total'), rate: sum('rate') },
      left: lefts.includes(null) ? null : Math.max(0, ...lefts.map(Number)),
      bytes: sum('bytes'),
    });
  }

  done(film: string, output: string, result: ConvertResult): void {
    if (this.json) {
      // `mended` is the deprecated name of `concealed`.
      this.line({ event: 'done', film, output, ...result, mended: result.concealed });
      return;
    }
    this.clear();
    const { frames, width, height, video, audio, audioCopied, bytes, warnings } = result;
    const sound = audio === null ? 'silent' : `${audio}${audioCopied ? ' as it was' : ''}`;
    this.out.write(
      `${output}: ${frames} frames, ${width} × ${height}, ${video}, ${sound}, ${(bytes / 1e6).toFixed(1)} MB\n`,
    );
    for (const warning of warnings) this.err.write(`  Note: ${warning}\n`);
  }

  failed(film: string, fault: Pick<Fault, 'message' | 'wayOut'> & { code: string }): void {
    if (this.json) {
      this.line({ event: 'failed', film, ...fault });
      return;
    }
    this.clear();
    this.err.write(`${fault.message}\n  ${fault.wayOut}\n`);
  }

  /** The whole command ends before its films are done. */
  ended(code: string, message: string, wayOut: string): void {
    if (this.json) {
      this.line({ event: 'ended', code, message, wayOut });
      return;
    }
    this.clear();
    this.err.write(`${message}\n  ${wayOut}\n`);
  }

  /** Something that a person should know while it goes on. */
  notice(text: string): void {
    this.clear();
    this.err.write(`${text}\n`);
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.barShown) this.err.write('\r\x1b[K');
    this.barShown = false;
  }

  private line(event: object): void {
    this.out.write(`${JSON.stringify(event)}\n`);
  }
}

/** Seconds as m:ss or h:mm:ss. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const tail = `${String(minutes % 60).padStart(whole < 3600 ? 1 : 2, '0')}:${String(whole % 60).padStart(2, '0')}`;
  return whole < 3600 ? tail : `${Math.floor(minutes / 60)}:${tail}`;
}
