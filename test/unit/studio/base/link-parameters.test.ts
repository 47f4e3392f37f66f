import { describe, expect, it } from 'vitest';
import {
  readLink,
  describeProblem,
  unknownStyleProblem,
} from '../../../../src/studio/base/link-parameters.ts';

const context = {
  base: 'http://localhost:8080/?x=1',
  isColour: (value: string) => ['red', '#336699', 'rgb(1 2 3)'].includes(value),
};
const read = (search: string) => readLink(search, context);

describe('readLink', () => {
  it('is silent about an empty address', () => {
    const { parameters, problems, unknown } = read('');
    expect(Object.values(parameters).every((value) => value === undefined)).toBe(true);
    expect(problems).toEqual([]);
    expect(unknown).toEqual([]);
  });

  it('reads every parameter', () => {
    const { parameters, problems } = read(
      '?input=demo&autostart=1&style=udnie&region=background&strength=0.5&line=2.5&colour=0&palette=22304A-ffd5c2&detail=light&background=%23336699&ep=wasm&quality=192&stats=1&room=Xk3_9-aZ0bY1cX2dW3eV4f',
    );
    expect(problems).toEqual([]);
    expect(parameters).toEqual({
      input: { kind: 'demo' },
      autostart: true,
      style: 'udnie',
      region: 'background',
      strength: 0.5,
      line: 2.5,
      colour: 0,
      palette: '22304A-ffd5c2',
      detail: 'light',
      background: '#336699',
      ep: 'wasm',
      quality: 192,
      stats: true,
      room: 'Xk3_9-aZ0bY1cX2dW3eV4f',
    });
  });

  it.each([
    ['/clips/a.mp4', 'http://localhost:8080/clips/a.mp4'],
    ['a.webm', 'http://localhost:8080/a.webm'],
    ['http://localhost:8080/b.mp4', 'http://localhost:8080/b.mp4'],
  ])('takes the same-origin video %s', (value, url) => {
    expect(read(`?input=${encodeURIComponent(value)}`).parameters.input).toEqual({ kind: 'video', url });
  });

  it.each(['live', 'blur', 'transparent', 'red', 'rgb(1 2 3)'])(
    'takes the background %s as it is',
    (value) => {
      expect(read(`?background=${encodeURIComponent(value)}`).parameters.background).toBe(value);
    },
  );

  it('makes a background picture absolute', () => {
    expect(read('?background=/beach.jpg').parameters.background).toBe('http://localhost:8080/beach.jpg');
  });

  it.each([
    ['input', 'webcam'],
    ['input', 'https://elsewhere.example/a.mp4'],
    ['input', 'file:///etc/passwd.mp4'],
    ['input', 'javascript:alert(1.)'],
    ['input', ''],
    ['autostart', 'yes'],
    ['style', 'no such/style'],
    ['region', 'nose'],
    ['strength', '1.2'],
    ['strength', '-0.1'],
    ['strength', 'strong'],
    ['strength', ''],
    ['strength', 'Infinity'],
    ['line', '3.1'],
    ['line', 'thick'],
    ['colour', '2.1'],
    ['palette', 'red'],
    ['palette', '22304a-'],
    ['detail', 'best'],
    ['colour', ''],
    ['background', 'sparkling'],
    ['background', 'https://elsewhere.example/a.jpg'],
    ['ep', 'cuda'],
    ['quality', '200.5'],
    ['quality', '0'],
    ['quality', '4096'],
    ['stats', 'true'],
  ] as const)('reports %s=%s and goes on', (name, value) => {
    const { parameters, problems } = read(`?${name}=${encodeURIComponent(value)}&stats=1`);
    expect(parameters[name]).toBeUndefined();
    expect(problems).toHaveLength(1);
    const sentence = describeProblem(problems[0]!);
    expect(sentence).toContain(`“${name}=${value}”`);
    expect(sentence).toMatch(/it must be .+\.$/);
  });

  it('takes the fine grades of older links apart', () => {
    expect(read('?style=toon-fine').parameters).toMatchObject({ style: 'toon', detail: 'fine' });
    expect(read('?style=toon-fine&detail=light').parameters.detail).toBe('light');
    expect(read('?style=-fine').parameters).toMatchObject({ style: '-fine', detail: undefined });
  });

  it('lists unknown names once', () => {
    expect(read('?tint=red&tint=blue&style=none').unknown).toEqual(['tint']);
  });

  it('does not mistake inherited names for known ones', () => {
    expect(read('?toString=1&__proto__=2').unknown).toEqual(['toString', '__proto__']);
  });

  it('cuts long values', () => {
    const { problems } = read(`?region=${'a'.repeat(5000)}`);
    expect(describeProblem(problems[0]!)).toContain(`“region=${'a'.repeat(39)}…” was ignored`);
  });

  it('names the styles there are', () => {
    expect(describeProblem(unknownStyleProblem('gouache', ['toon', 'udnie']))).toBe(
      '“style=gouache” was ignored: it must be none, toon or udnie.',
    );
  });

  const ROOM = 'Xk3_9-aZ0bY1cX2dW3eV4f';

  it.each([
    ['a full stop', `?room=${ROOM}.`],
    ['a bracket and a comma', `?room=${ROOM}),`],
    ['an escaped space', `?room=${ROOM}%20`],
    ['half an escape', `?room=${ROOM}%2`],
    ['a letter that nobody sees', `?room=${ROOM}%E2%80%8B`],
    ['one in its middle', `?room=${ROOM.slice(0, 9)}\u200b${ROOM.slice(9)}`],
    ['a line that ended in it', `?room=${ROOM.slice(0, 9)}%0D%0A ${ROOM.slice(9)}`],
    ['the rest of the sentence', `?room=${ROOM} see you there`],
    ['the next line', `?room=${ROOM}%0Asee you there`],
    ['quotes', `?room=%22${ROOM}%22`],
    ['a name in other letters', `?Room=${ROOM}`],
    ['an ampersand that was escaped', `?style=none&amp;room=${ROOM}`],
    ['trackers', `?utm_source=mail&fbclid=x&gclid=y&room=${ROOM}&UTM_Campaign=z`],
  ])('finds the call behind %s', (_, search) => {
    const { parameters, problems, unknown, roomDamaged } = read(search);
    expect(parameters.room).toBe(ROOM);
    expect({ problems, unknown, roomDamaged }).toEqual({ problems: [], unknown: [], roomDamaged: false });
  });

  it.each(['?room=Xk3_9-aZ0bY1cX2', '?room=', '?room', '?roo', '?style=none&r', '?room=blue%20sky'])(
    'says that %s is a damaged link to a call',
    (search) => {
      const { parameters, problems, unknown, roomDamaged } = read(search);
      expect(parameters.room).toBeUndefined();
      expect({ problems, unknown, roomDamaged }).toEqual({ problems: [], unknown: [], roomDamaged: true });
    },
  );

  it('reads other values without the characters that stick to them', () => {
    const { parameters, problems } = read('?Style=udnie.&strength=0.5%20&stats=1)&background=rgb(1 2 3)');
    expect(problems).toEqual([]);
    expect(parameters).toMatchObject({
      style: 'udnie',
      strength: 0.5,
      stats: true,
      background: 'rgb(1 2 3)',
    });
  });
});
