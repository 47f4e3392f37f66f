/** What TypeScript's library for workers leaves out. */
interface WebGL2RenderingContext {
  readonly canvas: OffscreenCanvas;
}
