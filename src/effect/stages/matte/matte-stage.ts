import { PortoonError } from '../../../common/errors.ts';
import type { Size } from '../../../common/size.ts';
import { type BodyPart, type Region } from '../../protocol.ts';
import { BODY_PARTS } from '../../look.ts';
import type { Net } from '../../runtime/net.ts';
import type { Layer, PartialLayer } from '../layers.ts';
import type { MaskExtent, Roi } from '../roi.ts';

/** Alpha below this, of 255, is not visible. */
export const MIN_VISIBLE_ALPHA = 12;

/** What the matte stage contributes to the composite. */
export interface MatteLayers {
  /** Texels as {@link GuidedFilter.texels}. */
  matte: PartialLayer;
  /** Texels as {@link PartShare.texels}; null where the style's region is no part of a person. */
  share: Layer | null;
  /** The frame's own background, blurred, RGBA; null unless it was asked for. */
  blurred: Layer | null;
}

/** A matte in main memory. */
export interface MatteTexels {
  /** See {@link GuidedFilter.texels}. */
  texels: Uint8Array;
  /** See {@link PartShare.texels}. */
  share: Uint8Array;
  /** The roi that it shows. */
  roi: Roi;
}

/** The stage that finds the people in a frame. */
export interface MatteStage {
  /**
   * Checks that the matte net can segment this region.
   * @throws PortoonError `ERR_PARTS_MISSING` if it cannot.
   */
  checkRegion(region: Region): void;
  /**
   * Reads the frame that the prepare stage has loaded, for the next {@link run}.
   * @param size - of the net's input for the whole frame.
   */
  load(size: Size): void;
  /**
   * Makes the matte of the loaded frame: the net, smoothing in time where the net has no memory of
   * its own, cleanup, and the guided filter.
   * @param region - where the style shows; the net's parts are only read for a part of a person.
   * @param blurs - whether the background is to be blurred as well.
   * @returns layers that are valid until the next call.
   */
  run(region: Region, blurs: boolean): Promise<MatteLayers>;
  /** Where the last matte shows the region; null if nowhere. */
  extent(): MaskExtent | null;
  /** Reads the last matte, for a preview. */
  texels(): Promise<MatteTexels>;
  /** Forgets all frames so far, so that nothing of one source shows in the next. */
  reset(): void;
  close(): Promise<void>;
}

/**
 * Checks that a matte net can segment this region.
 * @throws PortoonError `ERR_PARTS_MISSING` if it cannot.
 */
export function checkRegionSupported(region: Region, net: Pick<Net, 'id' | 'hasOutput'>): void {
  if (bodyPartOf(region) && !net.hasOutput('parts'))
    throw new PortoonError(
      'ERR_PARTS_MISSING',
      `The style cannot be kept to the ${region}: the matte net "${net.id}" cannot tell ${BODY_PARTS.join(', ')} apart.`,
      'Choose person, background or everything.',
    );
}

/** The part of a person that a region is; null if it is none. */
export function bodyPartOf(region: Region): BodyPart | null {
  return BODY_PARTS.find((part) => part === region) ?? null;
}
