import { UniformGroup } from 'pixi.js';
import type { Size } from '../../../common/size.ts';
import type { DrawRecipe } from '../../models/draw-recipe.ts';
import { applySettings, type DrawnRecipe } from '../../models/draw-settings.ts';
import { MAX_COLOURS, type Rgb } from '../../look.ts';
import { INK_RANGE } from '../../runtime/net.ts';
import type { Region } from '../../protocol.ts';
import type { Layers } from '../layers.ts';
import type { Roi } from '../roi.ts';
import type { Similarity } from '../style/camera-motion.ts';
import { BRUSHWORK_TILE } from './brushwork.ts';
import { addedHalfWidth, HARD_BORDER, REFERENCE_HEIGHT, scaledLength, SOFT_OUTLINE } from './draw-preview.ts';
import { GRAIN_SIZE, GRAIN_TILE } from './paper-grain.ts';

/** The shader's numbers for the screens (`uScreenKind` in shaders/draw.glsl). */
export const SCREEN_NUMBERS: Readonly<Record<DrawRecipe['screen']['kind'], number>> = {
  none: 0,
  dots: 1,
  lines: 2,
  hatching: 3,
};

/** The shader's pigments. */
const RAMPS = 4;
const RAMP_COLOURS = 5;

const vec3 = () => ({ value: new Float32Array(3), type: 'vec3<f32>' as const });

/** The uniforms of shaders/draw.glsl. */
export function makeDrawUniforms() {
  return new UniformGroup({
    uSteps: vec3(),
    uLift: { value: 0, type: 'f32' },
    uShading: { value: 0, type: 'f32' },
    uDetail: { value: 0, type: 'f32' },
    uInkColour: vec3(),
    uInkStrength: { value: 0, type: 'f32' },
    uShadow: { value: 0, type: 'f32' },
    uTidemark: { value: 0, type: 'f32' },
    uScreen: vec3(),
    uFollow: { value: 0, type: 'f32' },
    uPaperColour: vec3(),
    uPaper: vec3(),
    uScreenKind: { value: 0, type: 'i32' },
    uChroma: { value: 1, type: 'f32' },
    uInkLine: { value: new Float32Array(2), type: 'vec2<f32>' },
    uOutline: vec3(),
    uPitch: { value: 1, type: 'f32' },
    uScreenAlong: vec3(),
    uScreenAcross: vec3(),
    uGrainAlong: vec3(),
    uGrainAcross: vec3(),
    uPalette: { value: new Float32Array(3 * MAX_COLOURS), type: 'vec3<f32>', size: MAX_COLOURS },
    uPaletteSize: { value: 0, type: 'i32' },
    uPaletteColour: { value: 1, type: 'f32' },
    uPigments: {
      value: new Float32Array(3 * RAMPS * RAMP_COLOURS),
      type: 'vec3<f32>',
      size: RAMPS * RAMP_COLOURS,
    },
    uWarmRamp: { value: 0, type: 'i32' },
    uBrush: vec3(),
    uBrushSpares: { value: new Float32Array(2), type: 'vec2<f32>' },
    uBrushTexel: { value: 1, type: 'f32' },
    uBrushAlong: vec3(),
    uBrushAcross: vec3(),
  });
}

/** Frame pixels per pixel of the roi's grid; both have about the same aspect ratio. */
export function pixelsPerNetPixel({ grid }: Roi, [width, height]: Size): number {
  return Math.sqrt((width / grid[0]) * (height / grid[1]));
}

/**
 * The layers with the drawn style as the person has set it.
 * @param frame - size of the frame.
 */
export function withSettings(layers: Layers, frame: Size): Layers {
  const { styled, drawing } = layers;
  if (!styled?.draw) return layers;
  const netPixel = (REFERENCE_HEIGHT * pixelsPerNetPixel(styled.roi, frame)) / frame[1];
  return { ...layers, styled: { ...styled, draw: applySettings(styled.draw, drawing, netPixel) } };
}

/** All ramps that brushwork may paint with; where the recipe has fewer, the first one again. */
export function rampsOf({ ramps }: NonNullable<DrawRecipe['pigments']>): Rgb[] {
  return Array.from({ length: RAMPS }, (_, i) => ramps[i] ?? ramps[0]!).flat();
}

/** The uniforms that depend on nothing but the recipe, and on no setting that a slider moves. */
export function recipeNumbers({ ink, screen, paper, brushwork, ...draw }: DrawRecipe) {
  const soft = Math.max(0.5 * draw.softness, HARD_BORDER);
  return {
    uSteps: [draw.steps, 1 / Math.max(1, draw.steps), 0.5 / soft],
    uLift: draw.lift,
    uShading: draw.shading,
    uDetail: draw.detail,
    uInkColour: ink.colour,
    uInkStrength: ink.strength,
    uShadow: draw.shadow,
    uTidemark: draw.tidemark,
    uScreen: [screen.from, 1 / (screen.from - screen.to), screen.strength],
    uFollow: screen.follow,
    uPaperColour: paper.colour,
    uPaper: [paper.grain, paper.tone, paper.tooth],
    ...(brushwork && {
      uBrush: [brushwork.depth, brushwork.follow, brushwork.contour],
      uBrushSpares: [brushwork.sparesSkin, brushwork.sparesLight],
    }),
  } as const;
}

/** What the uniforms depend on besides the recipe. */
export interface DrawPlace {
  readonly roi: Roi;
  /** Size of the frame. */
  readonly frame: Size;
  readonly region: Region;
  /** See `Layers.anchor`. */
  readonly anchor: Similarity;
}

/** No change of alpha is so large: there is no outline. */
const NEVER = 1e9;

/** Sets the uniforms to what a recipe asks for at the frame's size. */
export function setDrawUniforms(
  { uniforms }: ReturnType<typeof makeDrawUniforms>,
  draw: DrawnRecipe,
  { roi, frame, region, anchor }: DrawPlace,
): void {
  const { ink, palette, pigments } = draw;
  const lines = frame[1];
  const scale = pixelsPerNetPixel(roi, frame);
  for (const [name, value] of Object.entries(recipeNumbers(draw))) {
    if (typeof value === 'number') Object.assign(uniforms, { [name]: value });
    else uniforms[name as 'uPaper'].set(value);
  }
  uniforms.uChroma = draw.colour;
  const field = 2 * INK_RANGE * scale;
  uniforms.uInkLine.set([0.5 + addedHalfWidth(draw, lines, scale) + 0.5 * field, field]);
  const hasOutline = ink.silhouette > 0 && region !== 'everything' && region !== 'background';
  // The larger the frame, the less alpha changes from pixel to pixel.
  const softest = (SOFT_OUTLINE * REFERENCE_HEIGHT) / lines;
  uniforms.uOutline.set([
    scaledLength(ink.silhouette, lines),
    hasOutline ? softest * softest : NEVER,
    1 / softest,
  ]);
  if (palette) {
    uniforms.uPalette.set(palette.colours.flat());
    uniforms.uPaletteSize = palette.colours.length;
    uniforms.uPaletteColour = palette.colour;
  }
  if (pigments) {
    uniforms.uPigments.set(rampsOf(pigments).flat());
    uniforms.uWarmRamp = pigments.warm;
  }
  setPatterns(uniforms, draw, frame, anchor);
}

/** Sets where the patterns lie that move with what they are drawn on. */
function setPatterns(
  uniforms: ReturnType<typeof makeDrawUniforms>['uniforms'],
  { screen, brushwork }: DrawRecipe,
  frame: Size,
  anchor: Similarity,
): void {
  const lines = frame[1];
  const pitch = scaledLength(screen.pitch, lines);
  const angle = (screen.angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle) / pitch, Math.sin(angle) / pitch];
  uniforms.uScreenKind = SCREEN_NUMBERS[screen.kind];
  uniforms.uScreenAlong.set(patternRow(cos, sin, anchor, frame));
  uniforms.uScreenAcross.set(patternRow(-sin, cos, anchor, frame));
  uniforms.uPitch = pitch;
  const grain = 1 / scaledLength(GRAIN_SIZE * GRAIN_TILE, lines);
  uniforms.uGrainAlong.set(patternRow(grain, 0, anchor, frame));
  uniforms.uGrainAcross.set(patternRow(0, grain, anchor, frame));
  if (!brushwork) return;
  const texel = scaledLength(brushwork.size, lines);
  const brush = 1 / (BRUSHWORK_TILE * texel);
  uniforms.uBrushTexel = texel;
  uniforms.uBrushAlong.set(patternRow(brush, 0, anchor, frame));
  uniforms.uBrushAcross.set(patternRow(0, brush, anchor, frame));
}

/**
 * One coordinate of a pattern as a function of places of the frame, whose sides are 1.
 * @param across, down - factors on the anchored place, in pixels.
 */
function patternRow(across: number, down: number, anchor: Similarity, [width, height]: Size): number[] {
  return [
    width * (across * anchor.cos + down * anchor.sin),
    height * (down * anchor.cos - across * anchor.sin),
    height * (across * anchor.right + down * anchor.down),
  ];
}
