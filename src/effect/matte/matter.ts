import { PortoonError } from '../errors.ts';
import type { Net, Size } from '../onnx/net.ts';
import { PARTS, type Part, type Region } from '../protocol.ts';
import type { Shown } from '../style/window.ts';
import { BlotchGuard } from './guard.ts';
import { MatteGuide } from './guide.ts';
import { PartShare } from './part-share.ts';
import { MatteSmoother } from './smoother.ts';

/** Of 255: what shows less is not seen. */
const FAINT = 12;

/** Who: runs the matte net and makes of its answer a matte that can be shown. */
export class Matter {
  private readonly smoother = new MatteSmoother();
  private readonly guard = new BlotchGuard();
  private readonly guide = new MatteGuide();
  private readonly partShare = new PartShare();
  private size: Size = [0, 0];
  private region: Region | null = null;

  constructor(private readonly net: Net) {}

  /** @throws PortoonError `ERR_PARTS_MISSING` if the region is a part of the person, and the net tells none. */
  admit(region: Region): void {
    if (partOf(region) && !this.net.gives('parts'))
      throw new PortoonError(
        'ERR_PARTS_MISSING',
        `The style cannot be kept to the ${region}: the matte net "${this.net.id}" does not tell ${PARTS.join(', ')} apart.`,
        'Choose person, background or everything.',
      );
  }

  /** The planes to fill before `matte`. */
  input(size: Size): Float32Array {
    return this.net.input(size);
  }

  /**
   * Mattes the picture in `input(size)`: net, smoothing in time where the net does none, blotch guard.
   * @param region - where the style shows; only for a part of the person the net's parts are fetched, and `share` is brought up to date.
   * @returns the matte, 0..1, [H,W], valid until the next call; `texels` then hold its fit to the picture.
   */
  async matte(size: Size, region: Region): Promise<Float32Array> {
    // A turned camera has as many pixels as before, elsewhere. (The net itself forgets with its size.)
    if (size[0] !== this.size[0] || size[1] !== this.size[1]) this.forgetAnswers();
    this.size = size;
    this.region = region;
    const [width, height] = size;
    const part = partOf(region);
    const answer: { matte: Float32Array; parts?: Float32Array } = await this.net.run(
      size,
      part ? ['matte', 'parts'] : ['matte'],
    );
    const { matte, parts } = answer;
    // A net with memory holds still by itself; steadied twice, what moves would drag.
    if (!this.net.remembers) this.smoother.smooth(matte);
    this.guard.guard(matte, width, height);
    this.guide.fit(matte, this.net.input(size), width, height);
    if (part && parts) this.partShare.measure(parts, part, width, height);
    else this.partShare.forget();
    return matte;
  }

  /** What the compositing shader reads: see MatteGuide. */
  get texels(): Uint8Array {
    return this.guide.texels;
  }

  /** How much of the person is the region's part of them: see PartShare. */
  get share(): Uint8Array {
    return this.partShare.texels;
  }

  /** Where the last matte shows the region; null if nowhere. */
  shown(): Shown | null {
    const [width, height] = this.size;
    const { texels } = this.guide;
    const share = this.partShare.texels;
    const ofPart = this.region !== null && partOf(this.region) !== null;
    let [left, top, right, bottom] = [width, height, -1, -1];
    let [mass, massX, massY] = [0, 0, 0];
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        // The fitted or the plain matte: the shader takes a mixture of both.
        const plain = texels[4 * i + 3]!;
        if (texels[4 * i]! < FAINT && plain < FAINT) continue;
        if (ofPart && share[i]! < FAINT) continue;
        if (x < left) left = x;
        if (x > right) right = x;
        if (y < top) top = y;
        bottom = y;
        const weight = ofPart ? plain * share[i]! : plain;
        mass += weight;
        massX += weight * x;
        massY += weight * y;
      }
    }
    if (right < 0) return null;
    return {
      left: left / width,
      top: top / height,
      right: (right + 1) / width,
      bottom: (bottom + 1) / height,
      x: mass > 0 ? (massX / mass + 0.5) / width : 0.5,
      y: mass > 0 ? (massY / mass + 0.5) / height : 0.5,
    };
  }

  /** Another source: nothing of the last one may shine through. */
  forget(): void {
    this.net.forget();
    this.forgetAnswers();
  }

  async close(): Promise<void> {
    await this.net.close();
  }

  private forgetAnswers(): void {
    this.smoother.forget();
    this.guard.forget();
    this.partShare.forget();
  }
}

/** The part of the person that a region is; null where it is none. */
export function partOf(region: Region): Part | null {
  return PARTS.find((part) => part === region) ?? null;
}
