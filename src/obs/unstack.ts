import { pictureHeight } from '../media/stacked-alpha.ts';
import fragmentSource from '../../shaders/unstack.frag?raw';
import vertexSource from '../../shaders/composite.vert?raw';

/**
 * Draws stacked frames (`src/media/stacked-alpha.ts`) onto a canvas: premultiplied, and transparent
 * where nobody is.
 */
export class Unstacker {
  readonly canvas: HTMLCanvasElement;
  private readonly gl: WebGL2RenderingContext;
  private share: WebGLUniformLocation | null = null;
  private halfLine: WebGLUniformLocation | null = null;

  /** @throws Error where there is no WebGL 2. */
  constructor() {
    this.canvas = document.createElement('canvas');
    const gl = this.canvas.getContext('webgl2', {
      alpha: true,
      premultipliedAlpha: true,
      antialias: false,
      depth: false,
    });
    if (!gl) throw new Error('This browser has no WebGL 2: switch on hardware acceleration.');
    this.gl = gl;
    this.canvas.addEventListener('webglcontextlost', (event) => {
      // Else the browser does not restore the context.
      event.preventDefault();
    });
    this.canvas.addEventListener('webglcontextrestored', () => {
      this.prepare();
    });
    this.prepare();
  }

  /**
   * Draws the video's current frame. Returns false, and draws nothing, where its size is not that
   * of a stacked frame.
   */
  draw(video: HTMLVideoElement): boolean {
    const { videoWidth, videoHeight } = video;
    const lines = pictureHeight(videoHeight);
    if (lines === null || videoWidth === 0) return false;
    const { gl, canvas } = this;
    if (canvas.width !== videoWidth || canvas.height !== lines) {
      canvas.width = videoWidth;
      canvas.height = lines;
      gl.viewport(0, 0, videoWidth, lines);
    }
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, video);
    gl.uniform1f(this.share, lines / videoHeight);
    gl.uniform1f(this.halfLine, 0.5 / videoHeight);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    return true;
  }

  private prepare(): void {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [type, source] of [
      [gl.VERTEX_SHADER, vertexSource],
      [gl.FRAGMENT_SHADER, fragmentSource],
    ] as const) {
      const shader = gl.createShader(type)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
      throw new Error(`The shader does not link: ${gl.getProgramInfoLog(program) ?? ''}`);
    gl.useProgram(program);
    this.share = gl.getUniformLocation(program, 'uShare');
    this.halfLine = gl.getUniformLocation(program, 'uHalfLine');
    // One triangle that covers the picture: it spans 0..1 and as much again.
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 2, 0, 0, 2]), gl.STATIC_DRAW);
    const position = gl.getAttribLocation(program, 'aPosition');
    gl.enableVertexAttribArray(position);
    gl.vertexAttribPointer(position, 2, gl.FLOAT, false, 0, 0);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  }
}
