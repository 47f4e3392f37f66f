import { expect, test } from 'vitest';
import { isColour } from '../../../src/cli/colours.ts';

/** Words, and everything that may stand in the brackets of a colour's function. */
const WORDS = 'tomato ToMaTo rebeccapurple grey gray lightgoldenrodyellow blurr redd dark-red none'.split(
  ' ',
);
const HEX = ['#369', '#369c', '#336699', '#336699cc', '#33669', '#xyz', '#', '336699', '#FFF', '#1234567'];
const INSIDE = [
  '10, 20, 30',
  '10,20,30,0.5',
  '10%, 20%, 30%',
  '10%, 20%, 30%, 50%',
  '10, 20%, 30',
  '10, 20',
  '10 20 30',
  '10 20% 30',
  '10 20 30 / 0.5',
  '10 20 30 / 50%',
  '10 20 30 0.5',
  '10 20 30,',
  '120, 40%, 50%',
  '120deg, 40%, 50%, .5',
  '120deg 40% 50%',
  '.5turn 40% 50% / none',
  'none none none',
  '40% 50% 120deg',
  '0.4 0.1 120',
  '-10 1e2 +5.5',
  '1. 2 3',
  '',
  'srgb 1 0 0',
  'display-p3 100% 0 none / 0.5',
  'rec709 1 0 0',
  'srgb 1 0',
];
const FUNCTIONS = ['rgb', 'rgba', 'hsl', 'hsla', 'hwb', 'lab', 'oklab', 'lch', 'oklch', 'color', 'cmyk'];

test('the command and the browser agree on what is a colour', () => {
  const all = [
    ...WORDS,
    ...HEX,
    ...FUNCTIONS.flatMap((name) => INSIDE.map((inside) => `${name}(${inside})`)),
    'RGB( 1 2 3 )',
    'url(a.png)',
    '',
  ];
  const wrong = all.filter((text) => isColour(text) !== CSS.supports('color', text));
  expect(wrong).toEqual([]);
});
