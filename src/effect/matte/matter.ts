import type { Layer } from '../composite/compositor.ts';
import { PortoonError } from '../errors.ts';
import type { Net, Size } from '../onnx/net.ts';
import type { Preparer } from '../prepare/prepare.ts';
import { PARTS, type Part, type Region } from '../protocol.ts';
import type { Shown } from '../style/window.ts';
import { BackdropBlur } from './blur.ts';
import { BlotchGuard } from './guard.ts';
import { MatteGuide } from './guide.ts';
import { PartShare } from './part-share.ts';
import { MatteSmoother } from './smoother.ts';

/** Of 255: what shows less is not seen. */
const FAINT = 12;

/** What a matte is drawn with. */
export interface MatteLayers {
  /** Texels as MatteGuide's. */
  matte: Layer;
  /** Texels as PartShare's; null where the region is no part of the person. */
  share: Layer | null;
  /** The frame's own background, blurred, RGBA; null where none was asked for. */
  blurred: Layer | null;
}

/** The same in main memory. */
export interface Answer {
  texels: Uint8Array;
  share: Uint8Array;
  size: Size;
}

/** Who: the stage that mattes, wherever it runs. */
export interface Matting {
  /** @throws PortoonError `ERR_PARTS_MISSING` if the region is a part of the person, and the net tells none. */
  admit(region: Region): void;
  /** Takes the frame that the preparer has taken, for the next matte. */
  take(size: Size): void;
  /**
   * Mattes the frame that was taken: net, smoothing in time where the net does none, blotch guard, fit to the picture.
   * @param region - where the style shows; only for a part of the person the net's parts are made use of.
   * @param blurs - whether the room is to be blurred.
   * @returns what holds until the next call.
   */
  matte(region: Region, blurs: boolean): Promise<MatteLayers>;
  /** Where the last matte shows the region; null if nowhere. */
  shown(): Shown | null;
  /** The last matte, for what is shown once. */
  answer(): Promise<Answer>;
  /** Another source: nothing of the last one may shine through. */
  forget(): void;
  close(): Promise<void>;
}

/** The stage without a graphics processor: runs the matte net and makes of its answer a matte that can be shown. */
export class Matter implements Matting {
  private readonly smoother = new MatteSmoother();
  private readonly guard = new BlotchGuard();
  private readonly guide = new MatteGuide();
  private readonly partShare = new PartShare();
  private readonly blur = new BackdropBlur();
  private size: Size = [0, 0];
  private region: Region | null = null;

  constructor(
    private readonly net: Net,
    private readonly preparer: Preparer,
  ) {}

  admit(region: Region): void {
    admitRegion(region, this.net);
  }

  take(size: Size): void {
    // A turned camera has as many pixels as before, elsewhere. (The net itself forgets with its size.)
    if (size[0] !== this.size[0] || size[1] !== this.size[1]) this.forgetAnswers();
    this.size = size;
    this.preparer.scale(size, this.net.input(size));
  }

  async matte(region: Region, blurs: boolean): Promise<MatteLayers> {
    const { size } = this;
    this.region = region;
    const [width, height] = size;
    const part = partOf(region);
    const answer: { matte: Float32Array; parts?: Float32Array } = await this.net.run(
      size,
      part ? ['matte', 'parts'] : ['matte'],
    );
    const { matte, parts } = answer;
    const picture = this.net.input(size);
    // A net with memory holds still by itself; steadied twice, what moves would drag.
    if (!this.net.remembers) this.smoother.smooth(matte);
    this.guard.guard(matte, width, height);
    this.guide.fit(matte, picture, width, height);
    if (part && parts) this.partShare.measure(parts, part, width, height);
    else this.partShare.forget();
    if (blurs) this.blur.blur(picture, matte, size);
    return {
      matte: { texels: this.guide.texels, size },
      share: part && { texels: this.partShare.texels, size },
      blurred: blurs ? this.blur : null,
    };
  }

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

  answer(): Promise<Answer> {
    return Promise.resolve({ texels: this.guide.texels, share: this.partShare.texels, size: this.size });
  }

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

export function admitRegion(region: Region, net: Pick<Net, 'id' | 'gives'>): void {
  if (partOf(region) && !net.gives('parts'))
    throw new PortoonError(
      'ERR_PARTS_MISSING',
      `The style cannot be kept to the ${region}: the matte net "${net.id}" does not tell ${PARTS.join(', ')} apart.`,
      'Choose person, background or everything.',
    );
}

/** The part of the person that a region is; null where it is none. */
export function partOf(region: Region): Part | null {
  return PARTS.find((part) => part === region) ?? null;
}
