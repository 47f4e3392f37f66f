import { expose } from 'comlink';
import { Download } from '../../../src/effect/models/download.ts';
import { fetchRuntime, startRuntime } from '../../../src/effect/runtime/runtime.ts';

/** A net's inputs by name, each with its dimensions. */
export type Inputs = Record<string, number[]>;

/** The app's own runtime, on wasm. The page is not cross-origin isolated, so it has one thread. */
const ready = fetchRuntime('wasm', new Download(() => undefined)).then(startRuntime);

const timer = {
  /** Milliseconds of each run of the net at `url`, after three to warm up. */
  async times(url: string, inputs: Inputs, runs: number): Promise<number[]> {
    const { ort } = await ready;
    if (ort.env.wasm.numThreads !== 1) throw new Error('more than one thread');
    const session = await ort.InferenceSession.create(url, {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
    });
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, dims]) => {
        const data = new Float32Array(dims.reduce((product, side) => product * side, 1));
        for (let i = 0; i < data.length; i++) data[i] = Math.random();
        return [name, new ort.Tensor('float32', data, dims)];
      }),
    );
    const times: number[] = [];
    for (let run = -3; run < runs; run++) {
      const began = performance.now();
      await session.run(feeds);
      if (run >= 0) times.push(performance.now() - began);
    }
    await session.release();
    return times;
  },
};
export type Timer = typeof timer;

expose(timer);
