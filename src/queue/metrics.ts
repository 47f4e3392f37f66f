import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { JobDone } from './worker.ts';

/** What a worker's `/metrics` shows: numbers, never which film. */
export class WorkerMetrics {
  private readonly registry = new Registry();
  private readonly jobs: Counter<'kind' | 'outcome'>;
  private readonly frames: Counter;
  private readonly seconds: Histogram<'kind'>;

  /** @param now - how many jobs are under way, and how often a browser was started. */
  constructor(now: () => { active: number; starts: number }) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.jobs = new Counter({
      name: 'portoon_worker_jobs_total',
      help: 'Films and segments that this worker took, and what became of them',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.frames = new Counter({
      name: 'portoon_worker_frames_total',
      help: 'Frames of segments that were converted',
      registers,
    });
    this.seconds = new Histogram({
      name: 'portoon_worker_job_seconds',
      help: 'How long films and segments took',
      labelNames: ['kind'],
      buckets: [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500],
      registers,
    });
    new Gauge({
      name: 'portoon_worker_active_jobs',
      help: 'Films and segments under way',
      registers,
      collect() {
        this.set(now().active);
      },
    });
    new Gauge({
      name: 'portoon_worker_browser_starts',
      help: 'How often a browser was started: more than once means that one died',
      registers,
      collect() {
        this.set(now().starts);
      },
    });
  }

  count({ kind, outcome, frames, took }: JobDone): void {
    this.jobs.inc({ kind, outcome });
    if (outcome !== 'done') return;
    if (kind === 'segment') this.frames.inc(frames);
    this.seconds.observe({ kind }, took);
  }

  get type(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
