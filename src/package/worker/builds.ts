import { PortoonError } from '../../common/errors.ts';
import type { FileAddresses } from '../../effect/protocol.ts';
import { BUILD_BYTES } from '../../effect/runtime/build-bytes.ts';
import type { RuntimeBuild } from '../../effect/runtime/builds.ts';

export type { BuildName } from '../../effect/runtime/builds.ts';

/** In the package, in place of `src/effect/runtime/builds.ts`: files at given addresses. */
export const builds = {
  plain: build('plain', 'ort.wasm', 'ort-wasm-simd-threaded'),
  jspi: build('jspi', 'ort.jspi', 'ort-wasm-simd-threaded.jspi'),
  asyncify: build('asyncify', 'ort.webgpu', 'ort-wasm-simd-threaded.asyncify'),
};

function build(name: keyof typeof BUILD_BYTES, script: string, binary: string): RuntimeBuild {
  return {
    bytes: BUILD_BYTES[name],
    wasm: (files) => files[`runtime/${binary}.wasm`]!,
    glue: (files) => files[`runtime/${binary}.js`]!,
    load: (files) => importScript(files, `runtime/${script}.js`),
  };
}

async function importScript(files: FileAddresses, name: string): Promise<never> {
  const address = files[name];
  try {
    if (address === undefined) throw new TypeError(`${name} has no address`);
    return (await import(/* @vite-ignore */ address)) as never;
  } catch (cause) {
    throw new PortoonError(
      'ERR_ASSETS',
      `The script of the neural network runtime at ${address ?? name} cannot be loaded.`,
      'Let the option assets name a folder that `npx portoon copy-assets` wrote, and serve .js as text/javascript.',
      { cause },
    );
  }
}
