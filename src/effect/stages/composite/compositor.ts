// Pixi compiles its uniform writers with eval, which the page's Content-Security-Policy forbids.
// This import replaces them by plain ones.
import 'pixi.js/unsafe-eval';
// What the renderer needs in a worker, without the DOM.
import 'pixi.js/webworker';
import {
  Container,
  DOMAdapter,
  Geometry,
  Mesh,
  State,
  WebGLRenderer,
  WebWorkerAdapter,
  type Shader,
  type TextureSource,
} from 'pixi.js';
import { isSoftwareRenderer } from '../../../common/software-renderer.ts';
import { PortoonError } from '../../../common/errors.ts';
import type { Size } from '../../../common/size.ts';
import { REC_709 } from '../../../media/rec709.ts';
import { GUARD_LINES, stackedLayout } from '../../../media/stacked-alpha.ts';
import type { ResolvedBackground } from '../../protocol.ts';
import type { Layers, Packed } from '../layers.ts';
import type { Roi } from '../roi.ts';
import type { DrawnRecipe } from '../../models/draw-settings.ts';
import { BRUSHWORK_TILE, brushworkTile, type BrushworkKind } from './brushwork.ts';
import { makeDrawUniforms, setDrawUniforms, withSettings, type DrawPlace } from './draw-uniforms.ts';
import { FrameTexels } from './frame-texels.ts';
import { GRAIN_TILE, PAPER_GRAIN } from './paper-grain.ts';
import { PixelReadback } from './pixel-readback.ts';
import { makeUniforms, REGION_NUMBERS, ShaderVariants, type Packing } from './shader-variants.ts';
import {
  backgroundImage,
  destroyBackgroundImage,
  imageSource,
  texelSource,
  tileSource,
  uploadImage,
  uploadTexels,
  type BackgroundImage,
} from './textures.ts';

DOMAdapter.set(WebWorkerAdapter);

/** The shader's numbers for the backgrounds (`uBackgroundKind` in composite.frag). */
const BACKGROUND_NUMBERS: Readonly<Record<ResolvedBackground['kind'], number>> = {
  live: 0,
  blur: 1,
  image: 1,
  colour: 2,
  transparent: 3,
};
/** The number that draws the style's share in place of a picture. */
const MATTE_ALONE = 4;

/** Draws the layers of a frame on a canvas: one full-screen mesh, one shader, WebGL 2. */
export class Compositor {
  /** The renderer's own name for the hardware, or `WebGL`. */
  readonly rendererName: string;
  private readonly scene = new Container();
  private readonly mesh: Mesh<Geometry, Shader>;
  private readonly live = imageSource();
  private readonly liveTexels = texelSource();
  private readonly packed = imageSource();
  private readonly styled = texelSource();
  private readonly ink = texelSource('r8unorm');
  private readonly matte = texelSource();
  private readonly share = texelSource('r8unorm');
  private readonly blurred = texelSource();
  private readonly grain = tileSource(PAPER_GRAIN, GRAIN_TILE);
  private readonly brushwork = new Map<BrushworkKind, TextureSource>();
  private image: BackgroundImage | null = null;
  /** Whether that is drawn mirrored. */
  private imageMirrored = false;
  /** Width / height of the frame that the canvas shows; 0 where it shows none. */
  private shownAspect = 0;
  private readonly uniforms = makeUniforms();
  private readonly drawUniforms = makeDrawUniforms();
  private readonly shaders: ShaderVariants;
  /** Only for a software renderer, which is slow with frames as textures and at making frames. */
  private readonly frameTexels: FrameTexels | null;
  private readonly readback: PixelReadback | null;

  private constructor(
    private readonly canvas: OffscreenCanvas,
    private readonly renderer: WebGLRenderer,
    private readonly packing: Packing,
  ) {
    const { gl } = renderer;
    const info = gl.getExtension('WEBGL_debug_renderer_info');
    this.rendererName = String(gl.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
    const software = isSoftwareRenderer(this.rendererName);
    // A lost context takes along what was drawn.
    canvas.addEventListener('webglcontextlost', () => {
      this.shownAspect = 0;
    });
    this.frameTexels = software ? new FrameTexels() : null;
    this.readback = software ? new PixelReadback(gl) : null;
    const { live, packed, styled, ink, matte, share, blurred, grain } = this;
    const textures = { live, packed, styled, ink, matte, share, blurred, grain, brushwork: grain };
    const uniforms = { composite: this.uniforms, draw: this.drawUniforms };
    this.shaders = new ShaderVariants(packing, software, textures, uniforms);
    const geometry = new Geometry({
      attributes: { aPosition: [0, 0, 1, 0, 1, 1, 0, 1] },
      indexBuffer: [0, 1, 2, 0, 2, 3],
    });
    const state = State.for2d();
    state.blend = false;
    const shader = this.shaders.get(
      { region: 'person', background: { kind: 'live' }, matteAlone: false, matte: null, styled: null },
      false,
      [1, 1],
    );
    this.mesh = new Mesh<Geometry, Shader>({ geometry, shader, state });
    this.scene.addChild(this.mesh);
  }

  /**
   * @param canvas - is resized with the frames.
   * @param packing - what is drawn. Default: `plain`.
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

  /**
   * Reads the pixels of a frame where the renderer takes them faster than the frame itself.
   * @returns RGBA, valid until the next call; null where the frame is drawn as it is.
   */
  async texelsOf(frame: VideoFrame): Promise<Uint8Array | null> {
    return (await this.frameTexels?.of(frame)) ?? null;
  }

  /**
   * Draws one frame. The caller closes the frame once this has returned.
   * @param packed - holds the layers that have no texels. Default: there are none.
   * @param mirrorsImage - draws a background image mirrored, as `mirrorImage` does. Default false.
   */
  draw(frame: VideoFrame, given: Layers, packed: Packed | null = null, mirrorsImage = false): void {
    const { displayWidth: width, displayHeight: height } = frame;
    const layers = withSettings(given, [width, height]);
    if (this.packing === 'plain') this.resize(width, height);
    else this.layOutStacked(width, height);
    this.mesh.shader = this.shaders.get(layers, packed !== null, [width, height]);
    const { resources } = this.mesh.shader;
    const whole = layers.live ? null : unscaled(frame);
    if (layers.live) uploadTexels(this.liveTexels, layers.live, [width, height]);
    else if (whole) uploadImage(this.live, whole, [whole.displayWidth, whole.displayHeight]);
    else uploadImage(this.live, frame, [width, height]);
    resources.uLive = layers.live ? this.liveTexels : this.live;
    this.uniforms.uniforms.uBlueShort = layers.live ? (this.frameTexels?.blueShort ?? 0) : 0;
    if (packed) this.setPacked(packed);
    this.setLayers(layers, [width, height]);
    this.imageMirrored = mirrorsImage;
    this.shownAspect = width / height;
    if (this.packing === 'plain') this.setBackground(layers, packed);
    this.renderer.render({ container: this.scene, clear: false });
    whole?.close();
  }

  /**
   * Draws the picture that `draw` has left once more, with its background image mirrored or not:
   * for a page that shows the canvas mirrored. Nothing else changes, nor does it without an image.
   */
  mirrorImage(mirrored: boolean): void {
    if (!this.image || this.shownAspect === 0 || this.imageMirrored === mirrored) return;
    this.imageMirrored = mirrored;
    this.placeImage(this.image);
    this.renderer.render({ container: this.scene, clear: false });
  }

  /**
   * Captures the picture that `draw` has just left, with the time and duration of the frame that it
   * shows. Resolves once it is drawn; the caller closes it.
   * @param like - the frame that was drawn.
   * @param forFile - whether it is to be encoded as files have it, in BT.709 and the limited range.
   * @returns null if the context was lost before the picture was drawn.
   */
  async capture(like: VideoFrame, forFile = false): Promise<VideoFrame | null> {
    const { timestamp, duration } = like;
    const times = { timestamp, ...(duration === null ? {} : { duration }) };
    const { width, height } = this.canvas;
    // What a GPU drew stays there until somebody reads it. It is encoded as files have it.
    if (!this.readback) return new VideoFrame(this.canvas, { ...times, alpha: 'keep' });
    const pixels = await this.readback.read(width, height);
    if (!pixels) return null;
    const init: VideoFrameBufferInit & { transfer: ArrayBuffer[] } = {
      ...times,
      format: 'RGBA',
      codedWidth: width,
      codedHeight: height,
      ...(forFile ? { colorSpace: REC_709 } : {}),
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
    const { canvas } = this;
    if (canvas.width !== width || canvas.height !== height) this.renderer.resize(width, height);
  }

  private layOutStacked(frameWidth: number, frameHeight: number): void {
    const { width, lines, window } = stackedLayout(frameWidth, frameHeight);
    this.resize(width, 2 * (lines + GUARD_LINES));
    const values = this.uniforms.uniforms;
    values.uLines = lines;
    values.uWindow.set(window);
  }

  private setPacked({ canvas, fit, plain, styled, seen }: Packed): void {
    uploadImage(this.packed, canvas, [canvas.width, canvas.height]);
    const { uFitPlace, uPlainPlace, uStyledPlace, uSeenPlace } = this.uniforms.uniforms;
    if (fit) uFitPlace.set(fit);
    if (plain) uPlainPlace.set(plain);
    if (styled) uStyledPlace.set(styled);
    if (seen) uSeenPlace.set(seen);
  }

  /** A missing layer leaves its texture as it was; the uniforms make sure that it is not seen. */
  private setLayers(layers: Layers, frame: Size): void {
    const values = this.uniforms.uniforms;
    const { styled, matte, share, matteAlone } = layers;
    if (styled) {
      if (styled.texels) uploadTexels(this.styled, styled.texels, styled.roi.size);
      setFrame(values.uStyledFrame, styled.roi);
      if (styled.ink) uploadTexels(this.ink, styled.ink, styled.roi.size);
      if (styled.draw) this.setDrawing(styled.draw, { ...layers, roi: styled.roi, frame });
    }
    if (matte?.roi) setFrame(values.uMatteFrame, matte.roi);
    if (matte?.texels) uploadTexels(this.matte, matte.texels, matte.size);
    if (share?.texels) uploadTexels(this.share, share.texels, share.size);
    values.uStrength = matteAlone ? 1 : styled ? layers.strength : 0;
    values.uLineShare = layers.drawsLines ? 1 : 0;
    values.uRegion = REGION_NUMBERS[layers.region];
    const background = matte ? BACKGROUND_NUMBERS[layers.background.kind] : 0;
    values.uBackgroundKind = matteAlone ? MATTE_ALONE : background;
  }

  private setDrawing(draw: DrawnRecipe, place: DrawPlace): void {
    setDrawUniforms(this.drawUniforms, draw, place);
    if (!draw.brushwork) return;
    const { kind } = draw.brushwork;
    let tile = this.brushwork.get(kind);
    if (!tile) {
      tile = tileSource(brushworkTile(kind), BRUSHWORK_TILE, 'rgba8unorm');
      this.brushwork.set(kind, tile);
    }
    this.mesh.shader!.resources.uBrushwork = tile;
  }

  private setBackground({ background, blurred }: Layers, packed: Packed | null): void {
    const values = this.uniforms.uniforms;
    const { resources } = this.mesh.shader!;
    if (background.kind !== 'image') this.dropImage();
    if (background.kind === 'colour') values.uColour.set(background.rgb);
    else if (background.kind === 'blur' && blurred) {
      if (blurred.texels) uploadTexels(this.blurred, blurred.texels, blurred.size);
      values.uBackgroundFrame.set(packed?.blurred ?? [0, 0, 1, 1]);
      resources.uBackground = resources.uGlow = packed ? this.packed : this.blurred;
    } else if (background.kind === 'image') {
      const image = this.imageFor(background.bitmap);
      this.placeImage(image);
      resources.uBackground = image.source;
      resources.uGlow = image.glow;
    }
  }

  /** Covers the frame with an image, in the middle. */
  private placeImage({ aspect }: BackgroundImage): void {
    const relative = aspect / this.shownAspect;
    const scaleX = Math.min(1, 1 / relative);
    const scaleY = Math.min(1, relative);
    const [left, across] = this.imageMirrored ? [(1 + scaleX) / 2, -scaleX] : [(1 - scaleX) / 2, scaleX];
    this.uniforms.uniforms.uBackgroundFrame.set([left, (1 - scaleY) / 2, across, scaleY]);
  }

  private imageFor(bitmap: ImageBitmap): BackgroundImage {
    if (this.image?.bitmap !== bitmap) {
      this.dropImage();
      this.image = backgroundImage(bitmap);
    }
    return this.image;
  }

  /** The image is ours from its first frame on, because only we know when its last one is drawn. */
  private dropImage(): void {
    if (!this.image) return;
    for (const { resources } of this.shaders.all()) resources.uBackground = resources.uGlow = this.blurred;
    destroyBackgroundImage(this.image);
    this.image = null;
  }
}

/** Sets a uniform to the offset and scale of a region in the frame. */
function setFrame(frame: Float32Array, { grid, x, y, size }: Roi): void {
  frame[0] = x / grid[0];
  frame[1] = y / grid[1];
  frame[2] = size[0] / grid[0];
  frame[3] = size[1] / grid[1];
}

/**
 * A camera that sends more than was asked for has its frames scaled only where they are shown. A
 * texture of the shown size would get a corner of them.
 * @returns a frame of the same pixels that is shown as large as it is, which the caller closes;
 * null where this one is.
 */
function unscaled(frame: VideoFrame): VideoFrame | null {
  const { rotation = 0, flip = false } = frame as { rotation?: number; flip?: boolean };
  const { visibleRect: rect, displayWidth, displayHeight } = frame;
  if (!rect || rotation !== 0 || flip) return null;
  const { width, height } = rect;
  if (width === displayWidth && height === displayHeight) return null;
  return new VideoFrame(frame, { displayWidth: width, displayHeight: height });
}
