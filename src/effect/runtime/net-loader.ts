import type { Download } from '../models/download.ts';
import { PortoonError } from '../../common/errors.ts';
import type { Catalogue, Model, NetFile } from '../models/catalogue.ts';
import type { AdapterCache } from './adapter-cache.ts';
import type { Net } from './net.ts';
import type { Runtime } from './runtime.ts';
import { openTested } from './net-self-test.ts';

/** A net that passed its test, and the file that it was opened from. */
export interface TestedNet {
  readonly net: Net;
  readonly file: NetFile;
}

/** Fetches and opens nets: their fp16 variants where the GPU has fp16 and computes it rightly. */
export class NetLoader {
  private openedFp16 = 0;
  private openedFp32 = 0;

  /**
   * @param fp16Cache - see `precisionCache`; null if no fp16 variant is wanted.
   * @param report - called if a variant cannot be used; the net itself is used then.
   */
  constructor(
    private readonly catalogue: Catalogue,
    private readonly download: Download,
    private fp16Cache: AdapterCache | null,
    private readonly report: (error: unknown) => void,
  ) {}

  /** Whether all nets that were opened are fp16 variants. */
  get allFp16(): boolean {
    return this.openedFp16 > 0 && this.openedFp32 === 0;
  }

  /**
   * Fetches a net, or its fp16 variant.
   * @throws PortoonError as `Catalogue.fetch`, for the net itself.
   */
  async fetch(model: Model): Promise<NetFile> {
    if (this.fp16Cache && model.half) {
      try {
        const { id, half } = model;
        return { fp16: true, bytes: await this.catalogue.fetch({ ...half, id }, this.download) };
      } catch (error) {
        this.reportVariant(error);
      }
    }
    return { fp16: false, bytes: await this.catalogue.fetch(model, this.download) };
  }

  /**
   * Opens a net, on WebGPU after a test. A variant that fails it is replaced by the net itself.
   * @throws PortoonError as `openTested`, for the net itself.
   */
  async open(runtime: Runtime, model: Model, file: NetFile): Promise<TestedNet> {
    let refusal: unknown = null;
    if (file.fp16) {
      try {
        const net = await openTested(runtime, model, file.bytes);
        this.openedFp16++;
        return { net, file };
      } catch (error) {
        refusal = error;
        file = { fp16: false, bytes: await this.catalogue.fetch(model, this.download) };
      }
    }
    const net = await openTested(runtime, model, file.bytes);
    this.openedFp32++;
    if (refusal !== null) {
      // Everything works except fp16, so it is not tried again on this adapter.
      if (refusal instanceof PortoonError && refusal.code === 'ERR_WEBGPU') {
        await this.fp16Cache?.write('full');
        this.fp16Cache = null;
      }
      this.reportVariant(refusal);
    }
    return { net, file };
  }

  private reportVariant(cause: unknown): void {
    const why = cause instanceof PortoonError ? cause.message : String(cause);
    const wayOut = 'The net itself is used, in full precision.';
    this.report(
      new PortoonError('ERR_HALF_PRECISION', `Half precision is not used. ${why}`, wayOut, {
        cause,
      }),
    );
  }
}
