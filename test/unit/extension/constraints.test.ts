import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { chooseCamera } from '../../../extension/src/offscreen/constraints.ts';

beforeAll(() => {
  vi.stubGlobal(
    'OverconstrainedError',
    class extends Error {
      constructor(readonly constraint: string) {
        super(constraint);
      }
    },
  );
});
afterAll(() => {
  vi.unstubAllGlobals();
});

const camera = (deviceId: string, groupId: string, facingMode: string[] = []) => ({
  deviceId,
  facts: { deviceId: [deviceId], groupId: [groupId], facingMode },
});
const cameras = [
  camera('front', 'tablet', ['user']),
  camera('back', 'tablet', ['environment']),
  camera('desk', 'usb'),
];
const choose = (constraints: MediaTrackConstraints) => chooseCamera(cameras, constraints);

test('a camera is found by its id, its group and the side it looks at', () => {
  expect(choose({ deviceId: 'desk' })).toBe('desk');
  expect(choose({ groupId: { exact: 'usb' } })).toBe('desk');
  expect(choose({ groupId: ['gone', 'tablet'], facingMode: 'environment' })).toBe('back');
  expect(choose({ deviceId: { exact: ['gone', 'back'] } })).toBe('back');
  expect(choose({ facingMode: { ideal: 'user' } })).toBe('front');
});

test('of sets that need not be met, the first that a camera can meet wins', () => {
  const advanced = [
    { deviceId: 'gone' },
    { groupId: 'tablet', facingMode: 'environment' },
    { deviceId: 'desk' },
  ];
  expect(choose({ advanced })).toBe('back');
  expect(choose({ deviceId: 'desk', advanced })).toBe('back');
  expect(choose({ groupId: { exact: 'usb' }, advanced })).toBe('desk');
});

test('any camera is taken where none is meant, and none where the one that must be is missing', () => {
  expect(choose({ width: 640, advanced: [{ width: 1280 }] })).toBeUndefined();
  expect(choose({ deviceId: 'gone', facingMode: 'left' })).toBeUndefined();
  expect(() => choose({ deviceId: { exact: 'gone' } })).toThrow('deviceId');
  expect(() => choose({ groupId: { exact: 'gone' } })).toThrow('groupId');
  expect(() => choose({ deviceId: { exact: 'desk' }, facingMode: { exact: 'user' } })).toThrow('facingMode');
});
