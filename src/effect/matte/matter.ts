import type { Net, Size } from '../onnx/net.ts';
import { BlotchGuard } from './guard.ts';
import { MatteGuide } from './guide.ts';
import { MatteSmoother } from './smoother.ts';

/** Who: runs the matte net and makes of its answer a matte that can be shown. */
export class Matter {
  private readonly smoother = new MatteSmoother();
  private readonly guard = new BlotchGuard();
  private readonly guide = new MatteGuide();

  constructor(private readonly net: Net) {}

  /** The planes to fill before `matte`. */
  input(size: Size): Float32Array {
    return this.net.input(size);
  }

  /**
   * Mattes the picture in `input(size)`: net, smoothing in time, blotch guard.
   * @returns the matte, 0..1, [H,W], valid until the next call; `texels` then hold its fit to the picture.
   */
  async matte(size: Size): Promise<Float32Array> {
    const matte = await this.net.run(size);
    this.smoother.smooth(matte);
    this.guard.guard(matte, size[0], size[1]);
    this.guide.fit(matte, this.net.input(size), size[0], size[1]);
    return matte;
  }

  /** What the compositing shader reads: see MatteGuide. */
  get texels(): Uint8Array {
    return this.guide.texels;
  }

  /** Another source: nothing of the last one may shine through. */
  forget(): void {
    this.smoother.forget();
    this.guard.forget();
  }

  async close(): Promise<void> {
    await this.net.close();
  }
}
