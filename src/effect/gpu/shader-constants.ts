/** Numbers that a shader shares with TypeScript, by the names that the shader uses. */
type ShaderConstants = Readonly<Record<string, number>>;

/**
 * Declares constants in front of WGSL code, so that a number is defined in TypeScript alone. Whole
 * numbers become abstract integers, which WGSL converts to the type that it needs.
 */
export function withWgslConstants(code: string, constants: ShaderConstants): string {
  const lines = Object.entries(constants).map(([name, value]) => `const ${name} = ${value};\n`);
  return lines.join('') + code;
}

/**
 * Writes constants as GLSL macros, all of them floats. Macros may stand before the shader's
 * `precision` statement, which declarations may not.
 */
export function glslConstants(constants: ShaderConstants): string {
  return Object.entries(constants)
    .map(([name, value]) => `#define ${name} ${Number.isInteger(value) ? `${value}.0` : value}\n`)
    .join('');
}
