import * as Comlink from 'comlink';
import '../../common/error-transfer.ts';
import { PortoonError } from '../../common/errors.ts';
import type { Model } from '../models/catalogue.ts';
import { outputsOfKind, type Net, type Output } from './net.ts';
import type { Size } from '../../common/size.ts';
import type { FileAddresses } from '../protocol.ts';
import type { RuntimeFiles } from './runtime.ts';
import { startNetsWorker } from './start-nets-worker.ts';

type Promised = Pick<Model, 'id' | 'kind' | 'state'>;

/** What the effect worker asks of the nets worker. Planes and values are transferred. */
export interface NetWorkerApi {
  start(files: RuntimeFiles): Promise<void>;
  /** @returns the handle of the net, and the outputs that it has. */
  open(model: Promised, bytes: Uint8Array): Promise<{ net: number; outputs: readonly Output[] }>;
  /** @param planes - the input, which comes back with the outputs for the next run. */
  run(
    net: number,
    size: Size,
    planes: Float32Array<ArrayBuffer>,
    outputs: readonly Output[],
  ): Promise<{ planes: Float32Array<ArrayBuffer>; values: Record<string, Float32Array>; took: number }>;
  close(net: number): Promise<void>;
}

/** A net without state between runs, in this worker or in another. */
export type StatelessNet = Pick<Net, 'took' | 'hasOutput' | 'input' | 'run' | 'warm' | 'close'>;

/**
 * A second runtime in a worker of its own, so that its nets run on another core beside those of the
 * first. It ends together with the worker that made it, and not before: Chromium 156 sometimes (3
 * of 24 times) never ends a worker that is terminated just after one of its own workers.
 */
export class NetWorker {
  private readonly api: Comlink.Remote<NetWorkerApi>;
  private readonly started: Promise<void>;

  /**
   * @param addresses - where the package's files are; empty in the app.
   * @param files - of the wasm runtime; they may still be arriving.
   * @param onDeath - called if the worker cannot start or stops; its nets no longer answer then.
   */
  constructor(
    addresses: FileAddresses,
    files: Promise<RuntimeFiles>,
    onDeath: (error: PortoonError) => void,
  ) {
    const worker = startNetsWorker(addresses);
    this.api = Comlink.wrap<NetWorkerApi>(worker);
    worker.onerror = ({ message }) => {
      onDeath(
        new PortoonError(
          'ERR_WORKER_DIED',
          `The styles' worker stopped${message ? `: ${message}` : ''}.`,
          'Reload the page.',
        ),
      );
    };
    this.started = files.then((arrived) => this.api.start(arrived));
    this.started.catch(() => undefined);
  }

  /** As `Net.open`. */
  async open(model: Promised, bytes: Uint8Array): Promise<StatelessNet> {
    await this.started;
    const { net, outputs } = await this.api.open(model, bytes);
    return new RemoteNet(this.api, net, outputs);
  }
}

class RemoteNet implements StatelessNet {
  took = 0;
  /** The input; empty while it is with the worker. */
  private planes = new Float32Array(0);

  constructor(
    private readonly api: Comlink.Remote<NetWorkerApi>,
    private readonly at: number,
    private readonly outputs: readonly Output[],
  ) {}

  hasOutput(output: Output): boolean {
    return this.outputs.includes(output);
  }

  input([width, height]: Size): Float32Array {
    const length = 3 * width * height;
    if (this.planes.length !== length) this.planes = new Float32Array(length);
    return this.planes;
  }

  async run<Name extends Output>(size: Size, outputs: readonly Name[]): Promise<Record<Name, Float32Array>> {
    const { planes } = this;
    const answer = await this.api.run(this.at, size, Comlink.transfer(planes, [planes.buffer]), outputs);
    this.planes = answer.planes;
    this.took = answer.took;
    return answer.values;
  }

  async warm(size: Size): Promise<void> {
    this.input(size);
    await this.run(size, outputsOfKind(this));
  }

  close(): Promise<void> {
    return this.api.close(this.at);
  }
}
