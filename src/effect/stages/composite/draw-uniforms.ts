import { UniformGroup } from 'pixi.js';
import type { Size } from '../../../common/size.ts';
import type { DrawRecipe } from '../../models/draw-recipe.ts';
import { applySettings, type DrawnRecipe } from '../../models/draw-settings.ts';
import { MOST_COLOURS } from '../../look.ts';
import { INK_RANGE } from '../../runtime/net.ts';
import type { Layers } from '../layers.ts';
import type { Roi } from '../roi.ts';
import type { Similarity } from '../style/camera-motion.ts';
import { addedHalfWidth, LINES, scaledLength } from './draw-preview.ts';

/** The shader's numbers for the screens (`uScreenKind` in shaders/draw.glsl). */
export const SCREEN_NUMBERS: Readonly<Record<DrawRecipe['screen']['kind'], number>> = {
  none: 0,
  dots: 1,
  lines: 2,
  hatching: 3,
};

/** The uniforms of shaders/draw.glsl. */
export function makeDrawUniforms() {
  return new UniformGroup({
    uTone: { value: new Float32Array(4), type: 'vec4<f32>' },
    uInkLine: { value: new Float32Array(4), type: 'vec4<f32>' },
    uInkColour: { value: new Float32Array(3), type: 'vec3<f32>' },
    uShading: { value: 0, type: 'f32' },
    uShadow: { value: 0, type: 'f32' },
    uTidemark: { value: 0, type: 'f32' },
    uScreenKind: { value: 0, type: 'i32' },
    uScreenGrid: { value: new Float32Array(4), type: 'vec4<f32>' },
    uScreenRange: { value: new Float32Array(3), type: 'vec3<f32>' },
    uPaperColour: { value: new Float32Array(3), type: 'vec3<f32>' },
    uPaper: { value: new Float32Array(3), type: 'vec3<f32>' },
    uPalette: { value: new Float32Array(3 * MOST_COLOURS), type: 'vec3<f32>', size: MOST_COLOURS },
    uPaletteSize: { value: 0, type: 'i32' },
    uPaletteColour: { value: 1, type: 'f32' },
    uAnchor: { value: new Float32Array(4), type: 'vec4<f32>' },
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
  const netPixel = (LINES * pixelsPerNetPixel(styled.roi, frame)) / frame[1];
  return { ...layers, styled: { ...styled, draw: applySettings(styled.draw, drawing, netPixel) } };
}

/**
 * Sets the uniforms to what a recipe asks for at the frame's size.
 * @param anchor - as `Layers.anchor`.
 */
export function setDrawUniforms(
  { uniforms }: ReturnType<typeof makeDrawUniforms>,
  draw: DrawnRecipe,
  roi: Roi,
  frame: Size,
  { cos, sin, right, down }: Similarity,
): void {
  const { ink, screen, paper } = draw;
  const lines = frame[1];
  const scale = pixelsPerNetPixel(roi, frame);
  uniforms.uTone.set([draw.steps, draw.softness, draw.colour, draw.detail]);
  uniforms.uInkLine.set([
    2 * INK_RANGE * scale,
    addedHalfWidth(draw, lines, scale),
    ink.strength,
    scaledLength(ink.silhouette, lines),
  ]);
  uniforms.uAnchor.set([cos, sin, lines * right, lines * down]);
  uniforms.uInkColour.set(ink.colour);
  uniforms.uShading = draw.shading;
  uniforms.uShadow = draw.shadow;
  uniforms.uTidemark = draw.tidemark;
  uniforms.uScreenKind = SCREEN_NUMBERS[screen.kind];
  const angle = (screen.angle * Math.PI) / 180;
  const pitch = scaledLength(screen.pitch, lines);
  uniforms.uScreenGrid.set([Math.cos(angle) / pitch, Math.sin(angle) / pitch, pitch, screen.follow]);
  uniforms.uScreenRange.set([screen.from, 1 / (screen.from - screen.to), screen.strength]);
  if (draw.palette) {
    uniforms.uPalette.set(draw.palette.colours.flat());
    uniforms.uPaletteSize = draw.palette.colours.length;
    uniforms.uPaletteColour = draw.palette.colour;
  }
  uniforms.uPaperColour.set(paper.colour);
  uniforms.uPaper.set([paper.grain, paper.tone, paper.tooth]);
}
