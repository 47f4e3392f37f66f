import { expect, test } from 'vitest';
import { firstSource } from '../../../../src/studio/compose/first-source.ts';

const LINK = { input: undefined, autostart: undefined, room: undefined };
const NEW = { welcomed: false, lastSource: 'camera' } as const;
const granted = () => Promise.resolve(true);
const denied = () => Promise.resolve(false);

test('a new visitor is asked', async () => {
  expect(await firstSource(LINK, NEW, granted)).toBeNull();
});

test('a link, its autostart and a call decide', async () => {
  const video = { kind: 'video', url: '/a.mp4' } as const;
  expect(await firstSource({ ...LINK, input: video }, NEW, denied)).toEqual({
    kind: 'video',
    from: '/a.mp4',
  });
  expect(await firstSource({ ...LINK, input: { kind: 'demo' } }, NEW, denied)).toEqual({ kind: 'demo' });
  expect(await firstSource({ ...LINK, autostart: true }, NEW, denied)).toEqual({ kind: 'camera' });
  expect(await firstSource({ ...LINK, room: 'room' }, NEW, denied)).toEqual({ kind: 'camera' });
});

test('a returning visitor gets what they had, the camera only if it opens without a question', async () => {
  const back = { welcomed: true, lastSource: 'camera' } as const;
  expect(await firstSource(LINK, back, granted)).toEqual({ kind: 'camera' });
  expect(await firstSource(LINK, back, denied)).toBeNull();
  expect(await firstSource(LINK, { welcomed: true, lastSource: 'demo' }, denied)).toEqual({ kind: 'demo' });
});
