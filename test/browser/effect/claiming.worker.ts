/**
 * The effect's worker with an adapter that claims half precision and fails at it, as a broken
 * driver does.
 */
import '../../../src/effect/worker/effect.worker.ts';

const CLAIMED = 'shader-f16';

function own(holder: object, name: string): PropertyDescriptor {
  return Object.getOwnPropertyDescriptor(holder, name)!;
}

for (const { prototype } of [GPUAdapter, GPUDevice]) {
  const features = own(prototype, 'features');
  Object.defineProperty(prototype, 'features', {
    get(this: unknown) {
      return new Set([...(features.get!.call(this) as GPUSupportedFeatures), CLAIMED]);
    },
  });
}
const requestDevice = own(GPUAdapter.prototype, 'requestDevice').value as GPUAdapter['requestDevice'];
GPUAdapter.prototype.requestDevice = function (wanted) {
  const requiredFeatures = [...(wanted?.requiredFeatures ?? [])].filter((feature) => feature !== CLAIMED);
  return requestDevice.call(this, { ...wanted, requiredFeatures });
};
