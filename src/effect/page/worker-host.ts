import * as Comlink from 'comlink';
import '../../common/error-transfer.ts';
import type { PortoonError } from '../../common/errors.ts';
import { closedError } from '../closed-error.ts';
import type { EffectWorkerApi, StyleInfo, WorkerNotice, WorkerOptions } from '../protocol.ts';
import { startEffectWorker } from './own-files.ts';

/**
 * A worker that is silent for this many milliseconds, though it should beat 4 times a second, is
 * dead.
 */
const SILENCE_TIMEOUT_MS = 12_000;
/** Milliseconds for which a worker is given the time to close. */
const CLOSE_TIMEOUT_MS = 1000;

/** Runs the effect's worker, and notices when it dies. */
export class WorkerHost {
  private worker: Worker | null = null;
  private api: Comlink.Remote<EffectWorkerApi> | null = null;
  /** Rejects when the worker dies, so that nobody waits for its answer. */
  private death = Promise.withResolvers<never>();
  private lastBeat = 0;
  private timer = 0;

  /** @param onDeath - called when the worker dies; must call {@link end}. */
  constructor(private readonly onDeath: (why: string) => void) {}

  /**
   * Starts a worker and opens the effect in it.
   * @param onNotice - called with what this worker reports.
   * @throws PortoonError if the effect cannot be opened, or the worker dies.
   */
  async open(options: WorkerOptions, onNotice: (notice: WorkerNotice) => void): Promise<StyleInfo[]> {
    const worker = startEffectWorker(options.files);
    this.worker = worker;
    this.death = Promise.withResolvers<never>();
    this.death.promise.catch(() => undefined);
    worker.addEventListener('error', (event: Partial<ErrorEvent> & Event) => {
      event.preventDefault();
      this.onDeath(event.message ?? 'its program did not load');
    });
    this.api = Comlink.wrap<EffectWorkerApi>(worker);
    const notify = Comlink.proxy((notice: WorkerNotice) => {
      if (this.worker !== worker) return;
      if (notice.type === 'beat') this.lastBeat = performance.now();
      onNotice(notice);
    });
    const styles = await this.ask((api) => api.open(Comlink.transfer(options, [options.canvas]), notify));
    this.watch();
    return styles;
  }

  /**
   * Asks the worker.
   * @throws PortoonError `ERR_WORKER_DIED` if it is dead or closed, or is so before it answers.
   */
  async ask<Answer>(question: (api: Comlink.Remote<EffectWorkerApi>) => Promise<Answer>): Promise<Answer> {
    const { api } = this;
    if (!api) throw closedError();
    const answer = await Promise.race([question(api), this.death.promise]);
    // The answer was on its way already when the worker was closed.
    if (this.api !== api) throw closedError();
    return answer;
  }

  /** Terminates a dead worker, and rejects what was asked of it. */
  end(error: PortoonError): void {
    this.worker?.terminate();
    this.worker = null;
    this.api = null;
    self.clearInterval(this.timer);
    this.death.reject(error);
  }

  /** Closes the effect and ends the worker. */
  async close(): Promise<void> {
    self.clearInterval(this.timer);
    const { worker, api } = this;
    this.api = null;
    if (!worker || !api) return;
    // A worker that does not answer is ended all the same.
    const timeout = new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS));
    await Promise.race([api.close(), timeout]).catch(() => undefined);
    this.death.reject(closedError());
    api[Comlink.releaseProxy]();
    worker.terminate();
    this.worker = null;
  }

  private watch(): void {
    this.lastBeat = performance.now();
    self.clearInterval(this.timer);
    this.timer = self.setInterval(() => {
      // A hidden page receives messages late, so only a visible one may judge.
      if (document.visibilityState !== 'visible') this.lastBeat = performance.now();
      else if (performance.now() - this.lastBeat > SILENCE_TIMEOUT_MS) this.onDeath('it no longer answers');
    }, 1000);
  }
}
