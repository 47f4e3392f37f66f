import { GlProgram, Shader, UniformGroup, type TextureSource } from 'pixi.js';
import compositeCode from '../../../../shaders/composite.frag?raw';
import vertexCode from '../../../../shaders/composite.vert?raw';
import layersCode from '../../../../shaders/layers.glsl?raw';
import stackedCode from '../../../../shaders/stacked.frag?raw';
import { GUARD_LINES } from '../../../media/stacked-alpha.ts';
import { glslConstants } from '../../gpu/shader-constants.ts';
import type { Region } from '../../protocol.ts';
import type { Layers } from '../layers.ts';
import { SLOPE_RANGE } from '../matte/guided-filter.ts';
import { isWholeFrame } from '../roi.ts';
import { MATTE_EDGE_CONSTANTS } from './matte-edge.ts';

/**
 * What is drawn: the picture at the frame's own size, or the people and their matte as `stacked-1`
 * (src/media/stacked-alpha.ts), whatever the background is.
 */
export type Packing = 'plain' | 'stacked-1';

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
  readonly matte: TextureSource;
  readonly share: TextureSource;
  readonly blurred: TextureSource;
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
    private readonly uniforms: UniformGroup,
  ) {}

  /** @param isPacked - whether the layers come in a packed picture. */
  get(layers: Pick<Layers, 'region' | 'background' | 'matteAlone' | 'matte'>, isPacked: boolean): Shader {
    const defines = this.definesFor(layers, isPacked);
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
    { region, background, matteAlone, matte }: Parameters<ShaderVariants['get']>[0],
    isPacked: boolean,
  ): string {
    const { software } = this;
    const parts = {
      PACKED: isPacked,
      WINDOWED: matte?.roi !== undefined && !isWholeFrame(matte.roi),
      PART: !software || REGION_NUMBERS[region] === PART,
      BACKGROUND: this.packing === 'plain' && (!software || background.kind !== 'live' || matteAlone),
    };
    return Object.entries(parts)
      .filter(([, included]) => included)
      .map(([name]) => `#define ${name}\n`)
      .join('');
  }

  private compile(defines: string, isPacked: boolean): Shader {
    const { live, packed, styled, matte, share, blurred } = this.textures;
    const constants = glslConstants({ SLOPE_RANGE, GUARD_LINES, ...MATTE_EDGE_CONSTANTS });
    const body = this.packing === 'plain' ? compositeCode : stackedCode;
    const fragment = `#version 300 es\n${defines}${constants}${layersCode}${body}`;
    return new Shader({
      glProgram: GlProgram.from({
        vertex: vertexCode,
        fragment,
        name: `${this.packing} ${defines}`,
      }),
      resources: {
        uLive: live,
        ...(isPacked ? { uPacked: packed } : { uStyled: styled, uMatte: matte, uShare: share }),
        uBackground: blurred,
        uGlow: blurred,
        composite: this.uniforms,
      },
    });
  }
}
