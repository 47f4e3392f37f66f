import { wrap } from 'comlink';
import type { Inputs, Timer } from './timer.worker.ts';

const timer = wrap<Timer>(new Worker(new URL('./timer.worker.ts', import.meta.url), { type: 'module' }));

declare global {
  interface Window {
    /** The times of a net's runs in a worker, in milliseconds. */
    timesOfNet?: (url: string, inputs: Inputs, runs: number) => Promise<number[]>;
  }
}
window.timesOfNet = (url, inputs, runs) => timer.times(url, inputs, runs);
