import { expect, it } from 'vitest';
import { isSoftwareRenderer } from '../../../src/common/software-renderer.ts';

it.each([
  ['ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)', true],
  ['llvmpipe (LLVM 17.0.6, 256 bits)', true],
  ['ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0)', true],
  ['Apple Software Renderer', true],
  ['ANGLE (NVIDIA, NVIDIA GeForce RTX 4070 Direct3D11 vs_5_0 ps_5_0)', false],
  ['Apple M2', false],
  ['', false],
])('%s: %s', (name, software) => {
  expect(isSoftwareRenderer(name)).toBe(software);
});
