import { GlProgram, Shader, UniformGroup, type TextureSource } from 'pixi.js';
import drawCode from '../../../../shaders/draw.glsl?raw';
import compositeCode from '../../../../shaders/composite.frag?raw';
import vertexCode from '../../../../shaders/composite.vert?raw';
import layersCode from '../../../../shaders/layers.glsl?raw';
import stackedCode from '../../../../shaders/stacked.frag?raw';
import { GUARD_LINES } from '../../../media/stacked-alpha.ts';
import { glslConstants } from '../../gpu/shader-constants.ts';
import type { Size } from '../../../common/size.ts';
import type { DrawRecipe } from '../../models/draw-recipe.ts';
import type { Region } from '../../protocol.ts';
import type { Layers, StyledLayer } from '../layers.ts';
import { SLOPE_RANGE } from '../matte/guided-filter.ts';
import { isWholeFrame } from '../roi.ts';
import { drawsInk } from '../style/style-stage.ts';
import { DRAW_CONSTANTS } from './draw-preview.ts';
import { pixelsPerNetPixel, rampsOf, recipeNumbers, SCREEN_NUMBERS } from './draw-uniforms.ts';
import { MATTE_EDGE_CONSTANTS } from './matte-edge.ts';

/**
 * What is drawn: the picture at the frame's own size, or the people and their matte as `stacked-1`
 * (src/media/stacked-alpha.ts), with any background.
 */
export type Packing = 'plain' | 'stacked-1';

/**
 * A software renderer enlarges the ink field bicubically only if it is enlarged by more than this:
 * each of its samples costs as much as all else that is drawn.
 */
const BILINEAR_UP_TO = 2;

/** The shader's number for all regions that are a part of a person. */
const PART = 3;
/** The shader's numbers for the regions (`uRegion` in layers.glsl). */
export const REGION_NUMBERS: Readonly<Record<Region, number>> = {
  person: 0,
  background: 1,
  everything: 2,
  face: PART,
  hair: PART,
  clothes: PART,
};

/** All uniforms of both shaders; each shader reads those that it declares. */
export function makeUniforms() {
  return new UniformGroup({
    uStrength: { value: 0, type: 'f32' },
    uLineShare: { value: 1, type: 'f32' },
    uBlueShort: { value: 0, type: 'f32' },
    uRegion: { value: 0, type: 'i32' },
    uBackgroundKind: { value: 0, type: 'i32' },
    uColour: { value: new Float32Array(3), type: 'vec3<f32>' },
    uStyledFrame: { value: new Float32Array([0, 0, 1, 1]), type: 'vec4<f32>' },
    uMatteFrame: { value: new Float32Array([0, 0, 1, 1]), type: 'vec4<f32>' },
    uBackgroundFrame: { value: new Float32Array([0, 0, 1, 1]), type: 'vec4<f32>' },
    uWindow: { value: new Float32Array([0, 0, 1, 1]), type: 'vec4<f32>' },
    uLines: { value: 0, type: 'f32' },
    uFitPlace: { value: new Float32Array(4), type: 'vec4<f32>' },
    uPlainPlace: { value: new Float32Array(4), type: 'vec4<f32>' },
    uStyledPlace: { value: new Float32Array(4), type: 'vec4<f32>' },
    uSeenPlace: { value: new Float32Array(4), type: 'vec4<f32>' },
  });
}

/** The textures that the shaders read. */
interface ShaderTextures {
  readonly live: TextureSource;
  readonly packed: TextureSource;
  readonly styled: TextureSource;
  readonly ink: TextureSource;
  readonly matte: TextureSource;
  readonly share: TextureSource;
  readonly blurred: TextureSource;
  /** The roughness of paper. */
  readonly grain: TextureSource;
  /** Replaced by the tile of a style that has brushwork. */
  readonly brushwork: TextureSource;
}

/**
 * The shader for each kind of picture.
 *
 * A software renderer pays for everything that a program contains, so each case has a program of
 * its own there. A GPU has one program for nearly all cases, so that a change of look compiles
 * nothing.
 */
export class ShaderVariants {
  private readonly shaders = new Map<string, Shader>();

  constructor(
    private readonly packing: Packing,
    private readonly software: boolean,
    private readonly textures: ShaderTextures,
    private readonly uniforms: Readonly<Record<'composite' | 'draw', UniformGroup>>,
  ) {}

  /**
   * @param isPacked - whether the layers come in a packed picture.
   * @param frame - size of the frame.
   */
  get(layers: VariantLayers, isPacked: boolean, frame: Size): Shader {
    const defines = this.definesFor(layers, isPacked, frame);
    const known = this.shaders.get(defines);
    if (known) return known;
    const shader = this.compile(defines, isPacked);
    this.shaders.set(defines, shader);
    return shader;
  }

  all(): Iterable<Shader> {
    return this.shaders.values();
  }

  private definesFor(
    { region, background, matteAlone, matte, styled }: VariantLayers,
    isPacked: boolean,
    frame: Size,
  ): string {
    const { software } = this;
    const parts = {
      PACKED: isPacked,
      WINDOWED: matte?.roi !== undefined && !isWholeFrame(matte.roi),
      PART: !software || REGION_NUMBERS[region] === PART,
      BACKGROUND: this.packing === 'plain' && (!software || background.kind !== 'live' || matteAlone),
      ...(styled && partsOfDrawing(styled, software, frame)),
    };
    return Object.entries(parts)
      .filter(([, included]) => included)
      .map(([name]) => `#define ${name}\n`)
      .join('');
  }

  private compile(defines: string, isPacked: boolean): Shader {
    const { live, packed, styled, ink, matte, share, blurred, grain, brushwork } = this.textures;
    const isDrawn = defines.includes('#define DRAWN');
    const constants = glslConstants({
      ...{ SLOPE_RANGE, GUARD_LINES, ...MATTE_EDGE_CONSTANTS },
      ...(isDrawn && DRAW_CONSTANTS),
    });
    const body = this.packing === 'plain' ? compositeCode : stackedCode;
    const code = [layersCode, isDrawn ? drawCode : '', body].join('');
    const fragment = `#version 300 es\n${defines}${constants}${code}`;
    return new Shader({
      glProgram: GlProgram.from({
        vertex: vertexCode,
        fragment,
        name: `${this.packing} ${defines}`,
      }),
      resources: {
        uLive: live,
        ...(isPacked ? { uPacked: packed } : { uStyled: styled, uInk: ink, uMatte: matte, uShare: share }),
        ...(isDrawn && { uGrain: grain, uBrushwork: brushwork }),
        uBackground: blurred,
        uGlow: blurred,
        ...this.uniforms,
      },
    });
  }
}

/** What the choice of a shader depends on. */
type VariantLayers = Pick<Layers, 'region' | 'background' | 'matteAlone' | 'matte' | 'styled'>;

/** The parts of shaders/draw.glsl that a style needs. */
function partsOfDrawing(styled: StyledLayer, software: boolean, frame: Size): Record<string, boolean> {
  const { draw, roi } = styled;
  if (!draw) return {};
  const { screen, paper, ink } = draw;
  return {
    ...(software && recipeConstants(draw)),
    DRAWN: true,
    INK: !software || drawsInk(draw),
    BICUBIC: !software || pixelsPerNetPixel(roi, frame) > BILINEAR_UP_TO,
    SILHOUETTE: !software || ink.silhouette > 0,
    PALETTE: draw.palette !== undefined,
    BLANK: software && paper.tone === 0 && paper.grain === 0,
    GREY: software && draw.colour === 0,
    STEPS: !software || draw.steps > 0,
    TIDEMARK: !software || draw.tidemark > 0,
    SHADOW: !software || draw.shadow > 0,
    SCREEN: !software || screen.kind !== 'none',
    PAPER: !software || paper.grain > 0 || paper.tooth > 0 || paper.tone < 1,
    GRAIN: !software || paper.grain > 0,
    TOOTH: !software || paper.tooth > 0,
    // Few styles are painted: others do without these on a GPU as well.
    PIGMENTS: draw.pigments !== undefined,
    BRUSHWORK: draw.brushwork !== undefined,
  };
}

/** What draw.glsl has as constants in place of uniforms: one program for each recipe. */
function recipeConstants(draw: DrawRecipe): Record<string, boolean> {
  const literal = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value));
  const vector = (values: readonly number[]) => `vec${values.length}(${values.map(literal).join(', ')})`;
  const numbers = Object.entries(recipeNumbers(draw)).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? literal(value) : vector(value)}`,
  );
  const integers = [`uScreenKind ${SCREEN_NUMBERS[draw.screen.kind]}`];
  if (draw.pigments)
    integers.push(
      `uWarmRamp ${draw.pigments.warm}`,
      `PIGMENTS_OF_RECIPE ${rampsOf(draw.pigments).map(vector).join(', ')}`,
    );
  const names = ['RECIPE', ...integers, ...numbers];
  return Object.fromEntries(names.map((name) => [name, true]));
}
