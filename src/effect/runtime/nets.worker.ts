import * as Comlink from 'comlink';
import '../../common/error-transfer.ts';
import { CHANNELS, Net, type Output } from './net.ts';
import type { NetWorkerApi } from './net-worker.ts';
import { builds } from './builds.ts';
import { startRuntime, type Runtime } from './runtime.ts';

const runtime = Promise.withResolvers<Runtime>();
// Loaded ahead of the runtime's files. A failure is reported where the runtime is started.
builds.plain.load({}).catch(() => undefined);
const nets = new Map<number, Net>();
let opened = 0;

const api: NetWorkerApi = {
  async start(files) {
    runtime.resolve(await startRuntime(files));
  },
  async open(model, bytes) {
    const at = opened++;
    const net = await Net.open(await runtime.promise, model, bytes);
    nets.set(at, net);
    const outputs = (Object.keys(CHANNELS) as Output[]).filter((output) => net.hasOutput(output));
    return { net: at, outputs };
  },
  async run(at, size, planes, outputs) {
    const net = nets.get(at)!;
    net.input(size).set(planes);
    const values = await net.run(size, outputs);
    return Comlink.transfer({ planes, values, took: net.took }, [
      planes.buffer,
      ...Object.values(values).map(({ buffer }) => buffer as ArrayBuffer),
    ]);
  },
  async close(at) {
    await nets.get(at)?.close();
    nets.delete(at);
  },
};

Comlink.expose(api);
