import type { Size } from '../../common/size.ts';
import type { DrawnRecipe, DrawSettings } from '../models/draw-settings.ts';
import type { ResolvedBackground, Region } from '../protocol.ts';
import type { Roi } from './roi.ts';
import type { Similarity } from './style/camera-motion.ts';

/** A picture that spans the whole frame. */
export interface Layer {
  /** Null where the pixels are in a packed picture: see {@link Packed}. */
  texels: Uint8Array | null;
  size: Size;
}

/** A picture of the frame, or of a region beside which it is empty. */
export interface PartialLayer extends Layer {
  /** The region that it shows. Default: the whole frame. */
  roi?: Roi;
}

/** A styled picture. */
export interface StyledLayer {
  /**
   * RGB, and as alpha the luminance (Rec. 601) that the style net saw; null where the picture is in
   * a packed one.
   */
  readonly texels: Uint8Array | null;
  /**
   * One byte per pixel: the distance to the nearest ink line's border, from -INK_RANGE to INK_RANGE
   * pixels. Null where the net gives none, or where it is in a packed picture.
   */
  readonly ink: Uint8Array | null;
  /** The region of the frame that was styled. */
  readonly roi: Roi;
  /** How the style is drawn; null if `texels` are shown as they are. */
  readonly draw: DrawnRecipe | null;
}

/** Everything that a frame is composited from, besides the frame itself. */
export interface Layers {
  /** What `Compositor.texelsOf` gave for the frame. */
  live: Uint8Array | null;
  /** The styled picture of the whole frame or a region. */
  styled: StyledLayer | null;
  /** Texels as `GuidedFilter.texels`. */
  matte: PartialLayer | null;
  /** Texels as `PartShare.texels`, of the same region as the matte; null unless one is styled. */
  share: Layer | null;
  /** The frame's own background, blurred, RGBA; drawn where the background is `blur`. */
  blurred: Layer | null;
  /**
   * What the patterns of a drawn style are fixed to: from a place of the frame to its place in the
   * pattern, both in heights of the frame from its upper left corner.
   */
  anchor: Similarity;
  region: Region;
  strength: number;
  /** What the person has set of a drawn style. */
  drawing: DrawSettings;
  background: ResolvedBackground;
  /** Draws only, as grey, how much of the style each pixel would take at full strength. */
  matteAlone: boolean;
  /**
   * Draws into the styled picture the lines that the style net was too small to see. Only right
   * where the style belongs to this very frame.
   */
  drawsLines: boolean;
}

/** Where a layer is in a picture, as shares of its sides: left, top, width, height. */
export type PackedPlace = readonly [number, number, number, number];

/** Layers in one picture, as shaders/pack.wgsl lays them out; null for a layer that is missing. */
export interface Packed {
  /** Valid until the current task ends. */
  readonly canvas: OffscreenCanvas;
  /** The matte's fitted alpha, luminance and slope. */
  readonly fit: PackedPlace | null;
  /** The plain matte and the share of a body part. */
  readonly plain: PackedPlace | null;
  readonly styled: PackedPlace | null;
  /** The luminance that the style net saw, and the distance to ink lines as in `StyledLayer`. */
  readonly seen: PackedPlace | null;
  readonly blurred: PackedPlace | null;
}
