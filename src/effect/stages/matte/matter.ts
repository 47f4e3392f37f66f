import type { Layer, PartialLayer } from '../composite/compositor.ts';
import { PortoonError } from '../../../common/errors.ts';
import type { Net } from '../../runtime/net.ts';
import type { Size } from '../../../common/size.ts';
import type { Preparer } from '../prepare/prepare.ts';
import { PARTS, type Part, type Region } from '../../protocol.ts';
import type { Bounds, Shown, Window } from '../style/window.ts';
import { BackdropBlur } from './blur.ts';
import { BlotchGuard } from './matte-cleanup.ts';
import { MatteGuide } from './guided-filter.ts';
import { PartShare } from './part-share.ts';
import {
  boundsOfPeople,
  carried,
  isWhole,
  MatteWindow,
  sameWindow,
  union,
  wholeFrame,
} from './matte-window.ts';
import { MatteSmoother } from './smoother.ts';

/** Of 255: what shows less is not seen. */
const FAINT = 12;
/**
 * While the net sees a part of the frame, it is asked now and then who is in the rest of it: soon after a
 * beginning, for the first sight of a scene may have missed somebody, and later every so many frames.
 */
const FIRST_LOOK = 2;
const LOOK_AROUND = 12;
/** A frame whose mean green differs so much from the last one's shows another scene, or the same in another light. */
const CUT = 0.1;

/** What a matte is drawn with. */
export interface MatteLayers {
  /** Texels as MatteGuide's. */
  matte: PartialLayer;
  /** Texels as PartShare's; null where the region is no part of the person. */
  share: Layer | null;
  /** The frame's own background, blurred, RGBA; null where none was asked for. */
  blurred: Layer | null;
}

/** The same in main memory. */
export interface Answer {
  texels: Uint8Array;
  share: Uint8Array;
  /** The part of the frame that it shows. */
  window: Window;
}

/** Who: the stage that mattes, wherever it runs. */
export interface Matting {
  /** @throws PortoonError `ERR_PARTS_MISSING` if the region is a part of the person, and the net tells none. */
  admit(region: Region): void;
  /**
   * Takes the frame that the preparer has taken, for the next matte.
   * @param size - of the net's input when it shows the whole frame.
   */
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
  private readonly windows = new MatteWindow();
  /** The part of the frame that the net sees. */
  private window = wholeFrame([0, 0]);
  /** The net's size for the whole frame. */
  private whole: Size = [0, 0];
  private region: Region | null = null;
  /** Everybody in the last frame; null where nobody was seen. */
  private people: Bounds | null = null;
  /** The same net without a past, for looks at the whole frame. */
  private readonly lookout: Net;
  private sinceLook = 0;
  private nextLook = FIRST_LOOK;
  /** Every eighth green value of the last frame's input. */
  private lastGreens = new Float32Array(0);

  constructor(
    private readonly net: Net,
    private readonly preparer: Preparer,
  ) {
    this.lookout = net.another();
  }

  admit(region: Region): void {
    admitRegion(region, this.net);
  }

  take(size: Size): void {
    this.whole = size;
    this.moveTo(this.windows.around(this.people, size));
    const picture = this.see();
    if (!this.isCut(picture)) return;
    this.forget();
    this.moveTo(wholeFrame(size));
    this.isCut(this.see());
  }

  async matte(region: Region, blurs: boolean): Promise<MatteLayers> {
    const { window } = this;
    const { size } = window;
    this.region = region;
    const [width, height] = size;
    const part = partOf(region);
    const answer: { matte: Float32Array; parts?: Float32Array } = await this.net.run(
      size,
      part ? ['matte', 'parts'] : ['matte'],
    );
    const { matte, parts } = answer;
    const picture = this.net.input(size);
    this.people = union(boundsOfPeople(matte, window), await this.lookAround());
    // A net with memory holds still by itself; steadied twice, what moves would drag.
    if (!this.net.remembers) this.smoother.smooth(matte);
    this.guard.guard(matte, window);
    this.guide.fit(matte, picture, width, height);
    if (part && parts) this.partShare.measure(parts, part, width, height);
    else this.partShare.forget();
    if (blurs) this.blurRoom(picture, matte);
    return {
      matte: { texels: this.guide.texels, size, window },
      share: part && { texels: this.partShare.texels, size },
      blurred: blurs ? this.blur : null,
    };
  }

  /** Where the net sees a part of the frame: who is in all of it, every now and then; null in between. */
  private async lookAround(): Promise<Bounds | null> {
    if (isWhole(this.window) || ++this.sinceLook < this.nextLook) return null;
    this.sinceLook = 0;
    this.nextLook = Math.min(LOOK_AROUND, 2 * this.nextLook);
    const { lookout, whole } = this;
    this.preparer.scale(whole, lookout.input(whole));
    lookout.forget();
    const { matte } = await lookout.run(whole, ['matte']);
    return boundsOfPeople(matte, wholeFrame(whole));
  }

  /** The room is blurred as a whole, wherever the window is. */
  private blurRoom(picture: Float32Array, matte: Float32Array): void {
    const { window, whole } = this;
    if (isWhole(window)) {
      this.blur.blur(picture, matte, window.size);
      return;
    }
    const planes = this.lookout.input(whole);
    this.preparer.scale(whole, planes);
    this.blur.blur(planes, carried(matte, window, wholeFrame(whole)), whole);
  }

  /** Fills the net's input with what the window shows. */
  private see(): Float32Array {
    const { size } = this.window;
    const picture = this.net.input(size);
    this.preparer.scale(size, picture, this.window);
    return picture;
  }

  /** The net sees another part of the frame; what it and the guard remember stays where it is in the frame. */
  private moveTo(window: Window): void {
    const former = this.window;
    this.window = window;
    if (sameWindow(former, window)) return;
    this.lastGreens = new Float32Array(0);
    // A turned camera has as many pixels as before, elsewhere.
    const turned = former.grid[0] > former.grid[1] !== window.grid[0] > window.grid[1];
    if (former.size[0] === 0 || turned) {
      this.forgetAnswers();
      return;
    }
    this.net.carry(window.size, (field) => carried(field, former, window));
    this.guard.carry(former, window);
    this.smoother.forget();
    this.partShare.forget();
  }

  /** Whether the scene is another one than in the last frame, so that the past would only mislead. */
  private isCut(picture: Float32Array): boolean {
    const pixels = picture.length / 3;
    const count = pixels >> 3;
    const fresh = this.lastGreens.length !== count;
    if (fresh) this.lastGreens = new Float32Array(count);
    const { lastGreens } = this;
    let change = 0;
    for (let i = 0; i < count; i++) {
      const green = picture[pixels + 8 * i]!;
      change += Math.abs(green - lastGreens[i]!);
      lastGreens[i] = green;
    }
    return !fresh && change > CUT * count;
  }

  shown(): Shown | null {
    const { grid, size, x: windowX, y: windowY } = this.window;
    const [width, height] = size;
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
      left: (windowX + left) / grid[0],
      top: (windowY + top) / grid[1],
      right: (windowX + right + 1) / grid[0],
      bottom: (windowY + bottom + 1) / grid[1],
      x: mass > 0 ? (windowX + massX / mass + 0.5) / grid[0] : 0.5,
      y: mass > 0 ? (windowY + massY / mass + 0.5) / grid[1] : 0.5,
    };
  }

  answer(): Promise<Answer> {
    const { window } = this;
    return Promise.resolve({ texels: this.guide.texels, share: this.partShare.texels, window });
  }

  forget(): void {
    this.net.forget();
    this.forgetAnswers();
  }

  async close(): Promise<void> {
    await this.net.close();
  }

  private forgetAnswers(): void {
    this.people = null;
    this.windows.forget();
    this.sinceLook = 0;
    this.nextLook = FIRST_LOOK;
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
