import { describe, expect, it } from 'vitest';
import {
  defaultPreferences,
  loadPreferences,
  savePreferences,
} from '../../../../src/studio/base/preferences.ts';

function storageWith(text: string | null) {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_key: string, value: string) => {
      kept = value;
    },
  };
}

describe('preferences', () => {
  it('come back as they were kept', () => {
    const storage = storageWith(null);
    const preferences = {
      ...defaultPreferences(),
      style: 'udnie',
      strength: 0.25,
      drawing: { toon: { line: 2, colour: 0.5 } },
      theme: 'dark' as const,
      welcomed: true,
    };
    savePreferences(storage, preferences);
    expect(loadPreferences(storage)).toEqual(preferences);
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
    expect(loadPreferences(storageWith(text))).toEqual(defaultPreferences());
  });

  it('know the fine grades of an earlier version', () => {
    const text = '{"version":1,"style":"toon-fine","fine":true}';
    expect(loadPreferences(storageWith(text))).toEqual({
      ...defaultPreferences(),
      style: 'toon',
      detail: 'fine',
    });
  });

  it('keep values that an earlier version stored under other names, and store them under the new ones', () => {
    const old = {
      backdrop: 'blur',
      deviceId: 'desk',
      lastInput: 'demo',
      filmHeard: false,
      broadcastRate: '5',
      clipEvenRate: true,
      clipCall: true,
    };
    const now = {
      ...defaultPreferences(),
      background: 'blur' as const,
      cameraId: 'desk',
      lastSource: 'demo' as const,
      filmSound: false,
      broadcastBitrate: '5' as const,
      clipConstantRate: true,
      clipCallSound: true,
    };
    const storage = storageWith(JSON.stringify({ version: 1, ...old }));
    expect(loadPreferences(storage)).toEqual(now);
    savePreferences(storage, loadPreferences(storage));
    const stored = JSON.parse(storage.getItem()!) as object;
    expect(Object.keys(old).filter((name) => name in stored)).toEqual([]);
    // A new value wins over an old one that a tab of an earlier version has stored again.
    const both = storageWith(JSON.stringify({ version: 1, ...old, background: 'colour' }));
    expect(loadPreferences(both).background).toBe('colour');
  });

  it('lose only the field that is bad', () => {
    const text = JSON.stringify({
      version: 1,
      strength: 40,
      region: 'nose',
      drawing: { toon: { line: 9, colour: 1 } },
      colour: 'url(x)',
      theme: 'dark',
      style: 3,
    });
    expect(loadPreferences(storageWith(text))).toEqual({ ...defaultPreferences(), theme: 'dark' });
  });

  it('take no style without a name', () => {
    expect(loadPreferences(storageWith('{"version":1,"style":""}'))).toEqual(defaultPreferences());
  });

  it('do without storage', () => {
    expect(loadPreferences(null)).toEqual(defaultPreferences());
    expect(() => {
      savePreferences(null, defaultPreferences());
    }).not.toThrow();
  });

  it('survive storage that refuses', () => {
    const refuse = (): never => {
      throw new DOMException('no', 'SecurityError');
    };
    expect(loadPreferences({ getItem: refuse })).toEqual(defaultPreferences());
    expect(() => {
      savePreferences({ setItem: refuse }, defaultPreferences());
    }).not.toThrow();
  });
});
