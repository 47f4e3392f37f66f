import { beforeEach, expect, test, vi } from 'vitest';
import { readParameters } from '../../../../src/obs/parameters.ts';
import { readLink } from '../../../../src/studio/base/link-parameters.ts';
import {
  lookLink,
  lookOfCall,
  obsCameraLink,
  type SharedLook,
} from '../../../../src/studio/share/look-link.ts';

const PAGE = 'https://portoon.example.org/studio/?input=demo&style=udnie';
const isColour = (value: string) => value.startsWith('#');

beforeEach(() => {
  vi.stubGlobal('document', { baseURI: PAGE });
});

const FIRST: SharedLook = {
  ...{ style: 'toon', region: 'person', strength: 1, line: 1, colour: 1 },
  ...{ palette: 'none', detail: 'auto', background: 'live' },
};
const OTHER: SharedLook = {
  ...{ style: 'comic', region: 'everything', strength: 0.35, line: 2.5, colour: 0 },
  ...{ palette: '102030-ffeedd', detail: 'light', background: '#336699' },
};

/** The parameters that the studio reads from a link. */
function opened(link: string) {
  const { parameters, problems, unknown } = readLink(new URL(link).search, { base: link, isColour });
  expect([problems, unknown]).toEqual([[], []]);
  return parameters;
}

test.each([FIRST, OTHER])(
  'a link to a look says all of it, regardless of what its reader has chosen',
  (look) => {
    const link = lookLink(look);
    expect(link.startsWith('https://portoon.example.org/studio/?style=')).toBe(true);
    expect(opened(link)).toMatchObject(look);
    expect(opened(link).input).toBeUndefined();
  },
);

test('a picture behind the person stays where it is, and a strength has few digits', () => {
  const link = lookLink({ ...OTHER, background: 'blob:https://portoon.example.org/1', strength: 0.1 + 0.2 });
  expect(opened(link).background).toBeUndefined();
  expect(opened(link).strength).toBe(0.3);
  expect(opened(lookLink({ ...FIRST, style: null })).style).toBeUndefined();
});

test('a link to a call adds only what differs from a first visit', () => {
  expect(lookOfCall(FIRST)).toBe('');
  const room = 'Xk3_9-aZ0bY1cX2dW3eV4f';
  const link = `https://portoon.example.org/?room=${room}${lookOfCall({ ...FIRST, style: 'pencil', line: 0.5 })}`;
  expect(link.endsWith(`${room}&style=pencil&line=0.5`)).toBe(true);
  expect(opened(link)).toMatchObject({ room, style: 'pencil', line: 0.5 });
});

test('OBS draws a camera of its own in the look, without its background', () => {
  expect(obsCameraLink(FIRST)).toBe('https://portoon.example.org/studio/obs.html?input=camera');
  expect(obsCameraLink(OTHER)).not.toContain('background');
  const { parameters, problems } = readParameters(new URL(obsCameraLink(OTHER)).search, isColour);
  expect(problems).toEqual([]);
  expect(parameters).toMatchObject({
    ...{ input: 'camera', style: 'comic', region: 'everything', strength: 0.35, line: 2.5, colour: 0 },
    ...{ palette: '102030-ffeedd', detail: 'light' },
  });
});
