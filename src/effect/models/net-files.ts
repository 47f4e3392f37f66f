import type { Download } from './download.ts';
import { PortoonError } from '../../common/errors.ts';
import type { Catalogue, Model, NetFile } from './catalogue.ts';
import type { AdapterMemory } from '../runtime/adapter-memory.ts';
import type { Net } from '../runtime/net.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { openTested } from '../runtime/self-test.ts';

/** A net that has proved itself, and the file that it is of. */
export interface ProvenNet {
  readonly net: Net;
  readonly file: NetFile;
}

/** Fetches and opens nets: by their half-precision twins where the graphics processor reckons so, and does it rightly. */
export class NetFiles {
  private halved = 0;
  private whole = 0;

  /**
   * @param halves - see `precisionMemory`; null where no twin is wanted.
   * @param tell - told what is wrong with a twin; its net is used in its place.
   */
  constructor(
    private readonly catalogue: Catalogue,
    private readonly download: Download,
    private halves: AdapterMemory | null,
    private readonly tell: (error: unknown) => void,
  ) {}

  /** Whether every net that was opened is of half precision. */
  get half(): boolean {
    return this.halved > 0 && this.whole === 0;
  }

  /** @throws PortoonError as `Catalogue.fetch`, for the net itself. */
  async fetch(model: Model): Promise<NetFile> {
    if (this.halves && model.half) {
      try {
        const { id, half } = model;
        return { half: true, bytes: await this.catalogue.fetch({ ...half, id }, this.download) };
      } catch (error) {
        this.tellOfTwin(error);
      }
    }
    return { half: false, bytes: await this.catalogue.fetch(model, this.download) };
  }

  /**
   * On WebGPU the net proves itself first. A twin that does not is refused and the net itself takes its place.
   * @throws PortoonError as `openTested`, for the net itself.
   */
  async open(runtime: Runtime, model: Model, file: NetFile): Promise<ProvenNet> {
    let refusal: unknown = null;
    if (file.half) {
      try {
        const net = await openTested(runtime, model, file.bytes);
        this.halved++;
        return { net, file };
      } catch (error) {
        refusal = error;
        file = { half: false, bytes: await this.catalogue.fetch(model, this.download) };
      }
    }
    const net = await openTested(runtime, model, file.bytes);
    this.whole++;
    if (refusal !== null) {
      // All works but half precision: on this adapter it is not tried again.
      if (refusal instanceof PortoonError && refusal.code === 'ERR_WEBGPU') {
        await this.halves?.remember('full');
        this.halves = null;
      }
      this.tellOfTwin(refusal);
    }
    return { net, file };
  }

  private tellOfTwin(cause: unknown): void {
    const why = cause instanceof PortoonError ? cause.message : String(cause);
    const wayOut = 'The net itself is used, in full precision.';
    this.tell(
      new PortoonError('ERR_HALF_PRECISION', `Half precision is not used. ${why}`, wayOut, {
        cause,
      }),
    );
  }
}
