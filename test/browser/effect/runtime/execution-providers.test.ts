import { expect, test } from 'vitest';
import { Download } from '../../../../src/effect/models/download.ts';
import { openCatalogue } from '../../../../src/effect/models/catalogue.ts';
import { Net } from '../../../../src/effect/runtime/net.ts';
import { fetchRuntime, startRuntime } from '../../../../src/effect/runtime/runtime.ts';
import type { ExecutionProvider } from '../../../../src/effect/protocol.ts';
import { randomField } from '../../../unit/effect/random-field.ts';

const SIZE = [32, 32] as const;

async function runOn(ep: ExecutionProvider, frame: Float32Array): Promise<Float32Array[]> {
  const download = new Download(() => undefined);
  const runtime = await startRuntime(await fetchRuntime(ep, download));
  const catalogue = await openCatalogue('/models/manifest.json');
  const results = [];
  for (const model of [catalogue.mattes[0]!, catalogue.styles[0]!]) {
    const net = await Net.open(runtime, model, await catalogue.fetch(model, download));
    net.input(SIZE).set(frame);
    // There is no person in noise, so the matte alone would say little; the parts are compared too.
    const outputs = model.kind === 'matte' ? (['matte', 'parts'] as const) : (['styled'] as const);
    const answers = await net.run(SIZE, outputs);
    results.push(Float32Array.from(outputs.flatMap((output) => [...answers[output]])));
    await net.close();
  }
  return results;
}

test('the runtime is compiled as it comes, so that the browser keeps its code', async () => {
  const { binary, compiled } = await fetchRuntime('wasm', new Download(() => undefined));
  const names = (module: WebAssembly.Module) => WebAssembly.Module.exports(module).map(({ name }) => name);
  expect(names(compiled!)).toEqual(names(await WebAssembly.compile(binary)));
});

test('WebGPU and wasm agree to 1e-3 on the same frame, matte and style', async () => {
  const frame = randomField(3 * 32 * 32, 7);
  const onWasm = await runOn('wasm', frame);
  const onWebGpu = await runOn('webgpu', frame);
  for (const [n, reference] of onWasm.entries()) {
    let largest = 0;
    for (const [i, value] of reference.entries())
      largest = Math.max(largest, Math.abs(value - onWebGpu[n]![i]!));
    expect(largest).toBeLessThan(1e-3);
    // A counter-check: the answers are not constant.
    expect(Math.max(...reference) - Math.min(...reference)).toBeGreaterThan(0.1);
  }
});
