import { describe, expect, test } from 'vitest';
import { readParameters } from '../../../src/obs/parameters.ts';

const isColour = (value: string) => value === 'lime' || /^#[\da-f]{3,8}$/i.test(value);
const read = (search: string) => readParameters(search, isColour);
const [ROOM, VIEW] = ['r'.repeat(22), 'v'.repeat(22)];
const WHEP = 'whep=https%3A%2F%2Fmedia.example%2Fwhep%2Flive%3Fa%3D1';

describe('the address of the OBS page', () => {
  test('says little: the picture alone, as it comes', () => {
    expect(read(`?${WHEP}`)).toEqual({
      parameters: {
        room: null,
        view: null,
        whep: 'https://media.example/whep/live?a=1',
        token: '',
        input: null,
        style: 'toon',
        region: 'person',
        strength: 1,
        line: 1,
        colour: 1,
        palette: 'none',
        detail: 'auto',
        ep: 'auto',
        quality: 'auto',
        fit: 'contain',
        mirror: false,
        audio: true,
        onlost: 'freeze',
        alpha: null,
        chroma: null,
        bitrate: null,
        label: '',
        stats: false,
        debug: false,
      },
      problems: [],
    });
  });

  test('says all', () => {
    const all = `?${WHEP}&token=t&fit=cover&mirror&audio=0&onlost=clear&alpha=stacked-1&chroma=0f0&stats=1&debug=1&room=${ROOM}&view=${VIEW}&bitrate=2500&label=Left%20half&input=demo&style=none&region=face&strength=0.5&line=2&colour=0&palette=22304a&detail=light&ep=wasm&quality=256`;
    expect(read(all)).toEqual({
      parameters: {
        room: ROOM,
        view: VIEW,
        whep: 'https://media.example/whep/live?a=1',
        token: 't',
        input: 'demo',
        style: 'none',
        region: 'face',
        strength: 0.5,
        line: 2,
        colour: 0,
        palette: '22304a',
        detail: 'light',
        ep: 'wasm',
        quality: 256,
        fit: 'cover',
        mirror: true,
        audio: false,
        onlost: 'clear',
        alpha: 'stacked-1',
        chroma: '#0f0',
        bitrate: 2500,
        label: 'Left half',
        stats: true,
        debug: true,
      },
      problems: [],
    });
  });

  test('wrong values are ignored, and reported', () => {
    const { parameters, problems } = read(
      `?${WHEP}&fit=stretch&mirror=yes&chroma=blurple&alpha=1&line=9&zoom=2`,
    );
    expect(parameters).toMatchObject({ fit: 'contain', mirror: false, chroma: null, alpha: null });
    expect(problems).toEqual([
      'zoom means nothing here.',
      'line=9: line takes a number from 0 to 3.',
      'fit=stretch: fit takes contain or cover.',
      'mirror=yes: mirror takes 1 or 0.',
      'alpha=1: alpha takes none or stacked-1.',
      'chroma=blurple: chroma takes a CSS colour.',
    ]);
  });

  test('a fine grade by its own id is the style in fine detail', () => {
    expect(read('?input=demo&style=toon-fine').parameters).toMatchObject({ style: 'toon', detail: 'fine' });
    expect(read('?input=demo&style=toon').parameters).toMatchObject({ style: 'toon', detail: 'auto' });
  });

  test('a link of the studio needs no media server', () => {
    expect(read(`?room=${ROOM}&view=${VIEW}`)).toMatchObject({
      parameters: { room: ROOM, view: VIEW, whep: null },
      problems: [],
    });
    const { parameters, problems } = read(`?room=short&view=${VIEW}&bitrate=1&label=%3Cb%3E`);
    expect(parameters).toMatchObject({ room: null, bitrate: null, label: '' });
    expect(problems.map((problem) => problem.split(' takes ')[0])).toEqual([
      'room=short: room',
      'bitrate=1: bitrate',
      'label=<b>: label',
    ]);
  });

  test.each(['', '?whep=javascript:alert(1)', '?whep=live'])('%j names no stream', (search) => {
    const { parameters, problems } = read(search);
    expect(parameters.whep).toBeNull();
    expect(problems[0]).toContain('whep takes the address of a WHEP endpoint');
  });
});
