import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { ResolvedBackground } from '../../../../src/effect/protocol.ts';
import type { Compositor } from '../../../../src/effect/stages/composite/compositor.ts';
import type { Layers } from '../../../../src/effect/stages/layers.ts';
import { Outputs } from '../../../../src/effect/worker/outputs.ts';
import { fakeFrame } from './fake-backend.ts';

test('a background image is mirrored on the canvas alone, once others have taken what is drawn', async () => {
  const log: string[] = [];
  const compositor = {
    contextLost: false,
    draw: (...[, , , mirrored]: Parameters<Compositor['draw']>) => log.push(`draw ${mirrored}`),
    mirrorImage: (mirrored: boolean) => log.push(`mirror ${mirrored}`),
    capture: () => {
      log.push('capture');
      return Promise.resolve(null);
    },
  };
  const outputs = new Outputs(compositor as unknown as Compositor);
  const carry = async () => {
    log.length = 0;
    const frame = fakeFrame(1);
    outputs.draw(frame, { background: { kind: 'image' }, matte: null } as unknown as Layers, null, 0);
    await outputs.write(frame);
    return log.join(', ');
  };
  expect(await carry()).toBe('draw false');
  outputs.setMirrored(true);
  // The picture that stands there already.
  expect(log.at(-1)).toBe('mirror true');
  expect(await carry()).toBe('draw true, mirror true');
  const { port1, port2 } = new MessageChannel();
  outputs.tap(port1);
  port2.postMessage(null);
  await once(port1, 'message');
  expect(await carry()).toBe('draw false, capture, mirror true');
  outputs.tap(null);
  outputs.emit(new WritableStream());
  expect(await carry()).toBe('draw false, capture, mirror true');
  outputs.setMirrored(false);
  expect(await carry()).toBe('draw false, capture');
});

test('a tap of people alone is sent no frame with another background', async () => {
  const captured: number[] = [];
  const compositor = {
    contextLost: false,
    draw: () => undefined,
    capture: ({ timestamp }: VideoFrame) => {
      captured.push(timestamp);
      return Promise.resolve(null);
    },
  };
  const outputs = new Outputs(compositor as unknown as Compositor);
  const { port1, port2 } = new MessageChannel();
  outputs.tap(port1, true);
  expect(outputs.needsCutOut).toBe(true);
  port2.postMessage(null);
  await once(port1, 'message');
  const draw = (timestamp: number, kind: 'live' | 'transparent', hasMatte: boolean) => {
    const background: ResolvedBackground = { kind };
    const matte = hasMatte ? { texels: null, size: [1, 1] } : null;
    outputs.draw(fakeFrame(timestamp), { background, matte } as unknown as Layers, null, 0);
  };
  draw(1, 'live', true);
  draw(2, 'transparent', false);
  draw(3, 'transparent', true);
  expect(captured).toEqual([3]);
  outputs.tap(null);
  expect(outputs.needsCutOut).toBe(false);
});
