import { describe, expect, it } from 'vitest';
import { defaultChoices, loadChoices, saveChoices } from '../../../src/studio/choices.ts';

function storageWith(text: string | null) {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_key: string, value: string) => {
      kept = value;
    },
  };
}

describe('choices', () => {
  it('come back as they were kept', () => {
    const storage = storageWith(null);
    const choices = {
      ...defaultChoices(),
      style: 'udnie',
      strength: 0.25,
      theme: 'dark' as const,
      welcomed: true,
    };
    saveChoices(storage, choices);
    expect(loadChoices(storage)).toEqual(choices);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '"portoon"',
    '7',
    '{"version":0}',
    '{"version":99,"strength":0.5}',
    '{"strength":0.5}',
  ])('start afresh from %j', (text) => {
    expect(loadChoices(storageWith(text))).toEqual(defaultChoices());
  });

  it('lose only the field that is bad', () => {
    const text = JSON.stringify({
      version: 1,
      strength: 40,
      region: 'nose',
      colour: 'url(x)',
      theme: 'dark',
      style: 3,
    });
    expect(loadChoices(storageWith(text))).toEqual({ ...defaultChoices(), theme: 'dark' });
  });

  it('take no style without a name', () => {
    expect(loadChoices(storageWith('{"version":1,"style":""}'))).toEqual(defaultChoices());
  });

  it('do without storage', () => {
    expect(loadChoices(null)).toEqual(defaultChoices());
    expect(() => {
      saveChoices(null, defaultChoices());
    }).not.toThrow();
  });

  it('survive storage that refuses', () => {
    const refuse = (): never => {
      throw new DOMException('no', 'SecurityError');
    };
    expect(loadChoices({ getItem: refuse })).toEqual(defaultChoices());
    expect(() => {
      saveChoices({ setItem: refuse }, defaultChoices());
    }).not.toThrow();
  });
});
