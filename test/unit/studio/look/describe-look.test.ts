import { expect, test } from 'vitest';
import { describeLook } from '../../../../src/studio/look/describe-look.ts';

test.each([
  ['person', 'live', 'Toon', 'Toon on the person'],
  ['everything', 'live', 'Toon', 'Toon on everything'],
  ['person', '#2f6f5e', 'Toon', 'Toon on the person, in front of pine green'],
  ['hair', '#123456', 'Toon', 'Toon on the hair, in front of the colour #123456'],
  ['person', 'blur', null, 'No style, in front of the blurred room'],
  ['person', 'transparent', 'Toon', 'Toon on the person, transparent background'],
  ['person', 'blob:1', 'Toon', 'Toon on the person, in front of your image'],
] as const)('%s, %s', (region, background, title, words) => {
  expect(describeLook({ region, background }, title)).toBe(words);
});
