/** Names that browsers give to renderers that draw without a graphics processor. */
const SOFTWARE_RENDERER = /swiftshader|llvmpipe|software|basic render/i;

/**
 * Whether a renderer draws on the processor and not on a graphics processor.
 * @param name - as WebGL or WebGPU names it, for example "Google SwiftShader".
 */
export function isSoftwareRenderer(name: string): boolean {
  return SOFTWARE_RENDERER.test(name);
}
