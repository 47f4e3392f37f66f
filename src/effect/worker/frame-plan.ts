import type { Size } from '../../common/size.ts';
import type { FilmOptions, Region, ResolvedLook } from '../protocol.ts';
import type { Layers } from '../stages/layers.ts';
import { matteSize, netSize } from '../stages/net-size.ts';
import { STILL } from '../stages/style/camera-motion.ts';
import { scenerySize } from '../stages/style/scene-anchor.ts';
import type { StyleStage } from '../stages/style/style-stage.ts';
import { FINEST_MATTE_PIXELS, type Governor } from './governor.ts';

/** What is to be computed for one frame. */
export interface FramePlan {
  /** Input size of the matte net for the whole frame; null if no matte is needed. */
  readonly matteSize: Size | null;
  /** Size of the style's pixel grid over the whole frame; null if no style is needed. */
  readonly styleGrid: Size | null;
  /**
   * Size of the frame in which the camera's motion is looked for; null if no pattern covers what is
   * behind people.
   */
  readonly scenerySize: Size | null;
  /** Short side in pixels of the finest grid on which somebody small may be styled. */
  readonly finestGrid: number;
  /** Equal for frames whose layers depend on the same, besides the frame and the background. */
  readonly key: string;
  /** All layers, still empty, and how they are to be composited. */
  readonly layers: Layers;
}

/** What a plan depends on besides the frame. */
export interface PlanInput {
  readonly look: ResolvedLook;
  /** Null unless a film is converted. */
  readonly film: FilmOptions | null;
  readonly governor: Pick<Governor, 'mattePixels' | 'shortSide' | 'finestSide' | 'held'>;
  readonly style: Pick<StyleStage, 'hasStyle' | 'hasPattern' | 'selected' | 'grade'>;
  /** Whether the people are also drawn alone, which takes a matte. */
  readonly hasStacked: boolean;
}

/** Decides what is computed for a frame. Nothing is computed that nobody would see. */
export function planFrame(
  { displayWidth, displayHeight }: Pick<VideoFrame, 'displayWidth' | 'displayHeight'>,
  { look, film, governor, style, hasStacked }: PlanInput,
): FramePlan {
  const aspect = displayWidth / displayHeight;
  const { region, strength, line, colour, palette, background } = look;
  const matteAlone = film?.shows === 'matte';
  const matte = film?.matteSide
    ? netSize(film.matteSide, aspect)
    : matteSize(aspect, film ? FINEST_MATTE_PIXELS : governor.mattePixels);
  const side = film ? governor.finestSide(Math.min(displayWidth, displayHeight)) : governor.shortSide;
  const grid = netSize(side, aspect);
  const needsMatte =
    (hasStacked && !film) ||
    background.kind !== 'live' ||
    (region !== 'everything' && (style.hasStyle || matteAlone));
  const needsStyle = style.hasStyle && strength > 0 && !matteAlone;
  return {
    matteSize: needsMatte ? matte : null,
    styleGrid: needsStyle ? grid : null,
    scenerySize: needsStyle && style.hasPattern && !followsMask(region) ? scenerySize(aspect) : null,
    // Finer than the frame itself nothing is seen, and a size that somebody asked for stays.
    finestGrid: look.quality === 'auto' ? Math.min(displayWidth, displayHeight) : side,
    key: [
      style.selected,
      style.grade,
      region,
      strength,
      line,
      colour,
      palette,
      matte,
      grid,
      needsMatte,
    ].join(),
    layers: {
      live: null,
      styled: null,
      matte: null,
      share: null,
      blurred: null,
      anchor: STILL,
      region,
      strength,
      drawing: { line, colour, palette },
      background,
      matteAlone,
      // Lines that are drawn on every second frame only would flicker.
      drawsLines: governor.held === 'nothing' || film !== null,
    },
  };
}

/** Whether a style on this region shows only where the mask has people or a part of them. */
export function followsMask(region: Region): boolean {
  return region !== 'everything' && region !== 'background';
}
