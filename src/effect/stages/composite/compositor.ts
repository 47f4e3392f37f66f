// Pixi compiles its uniform writers with eval, which the page's Content-Security-Policy forbids: this import swaps in plain ones.
import 'pixi.js/unsafe-eval';
// What the renderer needs in a worker, and nothing of the DOM.
import 'pixi.js/webworker';
import {
  BufferImageSource,
  Container,
  Geometry,
  GlProgram,
  ImageSource,
  Mesh,
  Shader,
  State,
  UniformGroup,
  DOMAdapter,
  WebGLRenderer,
  WebWorkerAdapter,
} from 'pixi.js';
import { isSoftwareRenderer } from '../../../common/software-renderer.ts';
import composite from '../../../../shaders/composite.frag?raw';
import layersRead from '../../../../shaders/layers.glsl?raw';
import stacked from '../../../../shaders/stacked.frag?raw';
import vertex from '../../../../shaders/composite.vert?raw';
import { PortoonError } from '../../../common/errors.ts';
import { isWhole } from '../matte/matte-window.ts';
import type { Size } from '../../../common/size.ts';
import type { BackgroundFill, Region } from '../../protocol.ts';
import { GUARD_LINES, stackedLayout } from '../../../media/stacked-alpha.ts';
import type { Window } from '../style/window.ts';
import { FrameTexels } from './frame-texels.ts';
import { ReadBack } from './read-back.ts';

DOMAdapter.set(WebWorkerAdapter);

/** A picture of the whole frame, or for it. */
export interface Layer {
  /** Null where it is in a packed picture: see Packer. */
  texels: Uint8Array | null;
  size: Size;
}

/** A picture of the frame, or of a part of it, beside which there is nothing. */
export interface PartialLayer extends Layer {
  /** The part; the whole frame where there is none. */
  window?: Window;
}

/** What is laid over a live frame. */
export interface Layers {
  /** What {@link Compositor.texelsOf} gave for the frame. */
  live: Uint8Array | null;
  /** RGB, and as alpha the luminance of the frame at that size; of the whole frame or a window of it. */
  styled: { texels: Uint8Array | null; window: Window } | null;
  /** The texels of MatteGuide. */
  matte: PartialLayer | null;
  /** Where the region is a part of the person: the texels of PartShare, of the same part of the frame as the matte. */
  share: Layer | null;
  /** The frame's own background, blurred, RGBA: drawn where the background is `blur`. */
  blurred: Layer | null;
  region: Region;
  strength: number;
  background: BackgroundFill;
  /** Draws nothing but, as grey, how much of the style each pixel would take at full strength. */
  matteAlone: boolean;
  /** Draws into the styled picture the lines that the net was too small to see. What was styled must be this very frame. */
  lines: boolean;
}

/** A background image and its own light, as textures. */
interface Picture {
  bitmap: ImageBitmap;
  /** Width / height; a closed bitmap would no longer tell. */
  aspect: number;
  source: ImageSource;
  glow: ImageSource;
}

const PART = 3;
const regions: Record<Region, number> = {
  person: 0,
  background: 1,
  everything: 2,
  face: PART,
  hair: PART,
  clothes: PART,
};
const backgrounds: Record<BackgroundFill['kind'], number> = {
  live: 0,
  blur: 1,
  image: 1,
  colour: 2,
  transparent: 3,
};

/** In place of a background. */
const MATTE_ALONE = 4;

/** Where a layer lies in a picture, in shares of its sides: left, top, width, height. */
export type Place = readonly [number, number, number, number];

/** Layers in one picture: shaders/pack.wgsl. */
export interface Packed {
  /** Holds until the task ends. */
  readonly canvas: OffscreenCanvas;
  readonly fit: Place | null;
  readonly plain: Place | null;
  readonly styled: Place | null;
  readonly seen: Place | null;
  readonly room: Place | null;
}

/** The frame at its own size, or the person and their matte as `stacked-1` (`src/media/stacked-alpha.ts`), whatever the background. */
export type Packing = 'plain' | 'stacked-1';

/** Draws live, styled, matte and background into the stage: one full-screen mesh, one shader, WebGL 2. */
export class Compositor {
  /** The renderer's own name for the hardware, or `WebGL`. */
  readonly rendererName: string;
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Container();
  private readonly live = new ImageSource({ autoGenerateMipmaps: false, alphaMode: 'no-premultiply-alpha' });
  private readonly liveTexels = texelSource();
  private readonly texels: FrameTexels | null;
  private readonly readBack: ReadBack | null;
  private readonly styled = texelSource();
  private readonly matte = texelSource();
  private readonly share = texelSource('r8unorm');
  private readonly blurred = texelSource();
  private readonly packed = new ImageSource({
    autoGenerateMipmaps: false,
    alphaMode: 'no-premultiply-alpha',
  });
  private image: Picture | null = null;
  private readonly uniforms = new UniformGroup({
    uStrength: { value: 0, type: 'f32' },
    uLineShare: { value: 1, type: 'f32' },
    uRegion: { value: 0, type: 'i32' },
    uBackground: { value: 0, type: 'i32' },
    uColour: { value: new Float32Array(3), type: 'vec3<f32>' },
    uStyledFrame: { value: new Float32Array([0, 0, 1, 1]), type: 'vec4<f32>' },
    uMatteFrame: { value: new Float32Array([0, 0, 1, 1]), type: 'vec4<f32>' },
    uBackdropFrame: { value: new Float32Array([0, 0, 1, 1]), type: 'vec4<f32>' },
    uWindow: { value: new Float32Array([0, 0, 1, 1]), type: 'vec4<f32>' },
    uLines: { value: 0, type: 'f32' },
    uFitPlace: { value: new Float32Array(4), type: 'vec4<f32>' },
    uPlainPlace: { value: new Float32Array(4), type: 'vec4<f32>' },
    uStyledPlace: { value: new Float32Array(4), type: 'vec4<f32>' },
    uSeenPlace: { value: new Float32Array(4), type: 'vec4<f32>' },
  });
  private readonly mesh: Mesh<Geometry, Shader>;
  /** By what they are asked to read. */
  private readonly shaders = new Map<string, Shader>();
  /** Without a graphics processor. */
  private readonly software: boolean;

  private constructor(
    private readonly canvas: OffscreenCanvas,
    renderer: WebGLRenderer,
    private readonly packing: Packing,
  ) {
    this.renderer = renderer;
    const { gl } = renderer;
    const info = gl.getExtension('WEBGL_debug_renderer_info');
    this.rendererName = String(gl.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
    this.software = isSoftwareRenderer(this.rendererName);
    this.texels = this.software ? new FrameTexels() : null;
    this.readBack = this.software ? new ReadBack(gl) : null;
    const geometry = new Geometry({
      attributes: { aPosition: [0, 0, 1, 0, 1, 1, 0, 1] },
      indexBuffer: [0, 1, 2, 0, 2, 3],
    });
    const state = State.for2d();
    state.blend = false;
    const shader = this.shaderFor(
      { region: 'person', background: { kind: 'live' }, matteAlone: false, matte: null },
      null,
    );
    this.mesh = new Mesh<Geometry, Shader>({ geometry, shader, state });
    this.scene.addChild(this.mesh);
  }

  /**
   * @throws PortoonError `ERR_WEBGL_MISSING` if there is no WebGL 2.
   */
  static async open(canvas: OffscreenCanvas, packing: Packing = 'plain'): Promise<Compositor> {
    const renderer = new WebGLRenderer();
    try {
      await renderer.init({
        canvas,
        width: canvas.width,
        height: canvas.height,
        backgroundAlpha: 0,
        antialias: false,
        premultipliedAlpha: true,
        preserveDrawingBuffer: false,
        preferWebGLVersion: 2,
        powerPreference: 'high-performance',
        resolution: 1,
        hello: false,
      });
      if (renderer.context.webGLVersion !== 2) throw new Error('WebGL 1 only');
    } catch (cause) {
      throw new PortoonError(
        'ERR_WEBGL_MISSING',
        'This browser gives no WebGL 2, which draws the picture.',
        'Switch on hardware acceleration in the browser, or use a current Chrome, Edge or another Chromium.',
        { cause },
      );
    }
    return new Compositor(canvas, renderer, packing);
  }

  get contextLost(): boolean {
    return this.renderer.gl.isContextLost();
  }

  /** The frame's own pixels, valid until the next call, where the renderer takes them faster than the frame; else null. */
  async texelsOf(frame: VideoFrame): Promise<Uint8Array | null> {
    return (await this.texels?.of(frame)) ?? null;
  }

  /**
   * Draws one frame. The frame stays the caller's to close, once this has returned.
   * @param packed - the layers that have no texels.
   */
  draw(frame: VideoFrame, layers: Layers, packed: Packed | null = null): void {
    const { displayWidth: width, displayHeight: height } = frame;
    if (this.packing === 'plain') this.resize(width, height);
    else this.layOut(width, height);
    if (layers.live) upload(this.liveTexels, layers.live, [width, height]);
    else {
      this.live.resource = frame;
      this.live.resize(width, height);
      this.live.update();
    }
    this.mesh.shader = this.shaderFor(layers, packed);
    const { resources } = this.mesh.shader;
    resources.uLive = layers.live ? this.liveTexels : this.live;
    if (packed) this.takePacked(packed);
    // A picture that is not there leaves its texture as it was: the uniforms see to it that it does not show.
    if (layers.styled) {
      const { texels, window } = layers.styled;
      if (texels) upload(this.styled, texels, window.size);
      setFrame(this.uniforms.uniforms.uStyledFrame, window);
    }
    if (layers.matte?.window) setFrame(this.uniforms.uniforms.uMatteFrame, layers.matte.window);
    if (layers.matte?.texels) upload(this.matte, layers.matte.texels, layers.matte.size);
    if (layers.share?.texels) upload(this.share, layers.share.texels, layers.share.size);
    const values = this.uniforms.uniforms;
    values.uStrength = layers.matteAlone ? 1 : layers.styled ? layers.strength : 0;
    values.uLineShare = layers.lines ? 1 : 0;
    values.uRegion = regions[layers.region];
    values.uBackground = layers.matteAlone
      ? MATTE_ALONE
      : layers.matte
        ? backgrounds[layers.background.kind]
        : 0;
    if (this.packing === 'plain') this.setBackdrop(layers, packed, width / height);
    this.renderer.render({ container: this.scene, clear: false });
  }

  /**
   * The picture that `draw` just left, with the time and duration of the frame that it shows. Resolves when it has been drawn, with null
   * if the context was lost before. The caller closes it.
   */
  async capture(like: VideoFrame): Promise<VideoFrame | null> {
    const { timestamp, duration } = like;
    const times = { timestamp, ...(duration === null ? {} : { duration }) };
    const { width, height } = this.canvas;
    // What a graphics processor drew stays there until somebody reads it.
    if (!this.readBack) return new VideoFrame(this.canvas, { ...times, alpha: 'keep' });
    const pixels = await this.readBack.read(width, height);
    if (!pixels) return null;
    const init: VideoFrameBufferInit & { transfer: ArrayBuffer[] } = {
      ...{ ...times, format: 'RGBA', codedWidth: width, codedHeight: height },
      // Newer than TypeScript's DOM library: the memory is handed over and not copied.
      transfer: [pixels.buffer],
    };
    return new VideoFrame(pixels, init);
  }

  close(): void {
    this.dropImage();
    this.renderer.destroy();
  }

  private resize(width: number, height: number): void {
    if (this.canvas.width !== width || this.canvas.height !== height) this.renderer.resize(width, height);
  }

  private layOut(frameWidth: number, frameHeight: number): void {
    const { width, lines, window } = stackedLayout(frameWidth, frameHeight);
    this.resize(width, 2 * (lines + GUARD_LINES));
    const values = this.uniforms.uniforms;
    values.uLines = lines;
    values.uWindow.set(window);
  }

  private takePacked({ canvas, fit, plain, styled, seen }: Packed): void {
    this.packed.resource = canvas;
    this.packed.resize(canvas.width, canvas.height);
    this.packed.update();
    const { uFitPlace, uPlainPlace, uStyledPlace, uSeenPlace } = this.uniforms.uniforms;
    if (fit) uFitPlace.set(fit);
    if (plain) uPlainPlace.set(plain);
    if (styled) uStyledPlace.set(styled);
    if (seen) uSeenPlace.set(seen);
  }

  private setBackdrop({ background, blurred }: Layers, packed: Packed | null, aspect: number): void {
    const values = this.uniforms.uniforms;
    const { resources } = this.mesh.shader!;
    if (background.kind === 'colour') values.uColour.set(background.rgb);
    else if (background.kind === 'blur' && blurred) {
      if (blurred.texels) upload(this.blurred, blurred.texels, blurred.size);
      values.uBackdropFrame.set(packed?.room ?? [0, 0, 1, 1]);
      resources.uBackdrop = resources.uGlow = packed ? this.packed : this.blurred;
    } else if (background.kind === 'image') {
      if (this.image?.bitmap !== background.bitmap) {
        this.dropImage();
        this.image = imageOf(background.bitmap);
      }
      const { image } = this;
      const relative = image.aspect / aspect;
      const scaleX = Math.min(1, 1 / relative);
      const scaleY = Math.min(1, relative);
      values.uBackdropFrame.set([(1 - scaleX) / 2, (1 - scaleY) / 2, scaleX, scaleY]);
      resources.uBackdrop = image.source;
      resources.uGlow = image.glow;
    }
    if (background.kind !== 'image') this.dropImage();
  }

  /**
   * Where what is not asked for costs as much as what is, for each case a program of its own; on a graphics processor one for all, so that a change
   * of look compiles nothing.
   */
  private shaderFor(
    { region, background, matteAlone, matte }: Pick<Layers, 'region' | 'background' | 'matteAlone' | 'matte'>,
    packed: Packed | null,
  ): Shader {
    const reads = {
      PACKED: packed !== null,
      WINDOWED: matte?.window !== undefined && !isWhole(matte.window),
      PART: !this.software || regions[region] === PART,
      BACKGROUND: this.packing === 'plain' && (!this.software || background.kind !== 'live' || matteAlone),
    };
    const defines = Object.entries(reads)
      .filter(([, read]) => read)
      .map(([name]) => `#define ${name}\n`)
      .join('');
    const kept = this.shaders.get(defines);
    if (kept) return kept;
    const body = this.packing === 'plain' ? composite : stacked;
    const fragment = `#version 300 es\n${defines}${layersRead}${body}`;
    const shader = new Shader({
      glProgram: GlProgram.from({ vertex, fragment, name: `${this.packing} ${defines}` }),
      resources: {
        uLive: this.live,
        ...(packed
          ? { uPacked: this.packed }
          : { uStyled: this.styled, uMatte: this.matte, uShare: this.share }),
        uBackdrop: this.blurred,
        uGlow: this.blurred,
        composite: this.uniforms,
      },
    });
    this.shaders.set(defines, shader);
    return shader;
  }

  /** The picture is the compositor's from its first frame on: nobody else knows when its last frame has been drawn. */
  private dropImage(): void {
    if (!this.image) return;
    for (const { resources } of this.shaders.values()) resources.uBackdrop = resources.uGlow = this.blurred;
    this.image.source.destroy();
    this.image.glow.destroy();
    this.image.bitmap.close();
    this.image = null;
  }
}

function imageOf(bitmap: ImageBitmap): Picture {
  // So small that drawing it large blurs it.
  const glow = new OffscreenCanvas(24, 16);
  const context = glow.getContext('2d');
  if (context) {
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, glow.width, glow.height);
  }
  return {
    bitmap,
    aspect: bitmap.width / bitmap.height,
    source: new ImageSource({
      resource: bitmap,
      autoGenerateMipmaps: true,
      alphaMode: 'no-premultiply-alpha',
    }),
    glow: new ImageSource({ resource: glow, alphaMode: 'no-premultiply-alpha' }),
  };
}

/** Where a window lies in the frame: offset and scale. */
function setFrame(frame: Float32Array, { grid, x, y, size }: Window): void {
  frame[0] = x / grid[0];
  frame[1] = y / grid[1];
  frame[2] = size[0] / grid[0];
  frame[3] = size[1] / grid[1];
}

function texelSource(format: 'rgba8unorm' | 'r8unorm' = 'rgba8unorm'): BufferImageSource {
  return new BufferImageSource({
    resource: new Uint8Array(4),
    width: 1,
    height: 1,
    format,
    alphaMode: 'no-premultiply-alpha',
    autoGarbageCollect: false,
  });
}

function upload(source: BufferImageSource, texels: Uint8Array, [width, height]: Size): void {
  source.resource = texels;
  source.resize(width, height);
  source.update();
}
