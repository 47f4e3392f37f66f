import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import type { LookState, LookStore } from '../../../../src/studio/look/look-store.ts';
import { createStylesStore } from '../../../../src/studio/look/styles-store.ts';
import { createBase } from '../fakes.ts';

const STYLES = [
  { id: 'udnie', title: 'Udnie', grade: 'live', settings: [] },
  { id: 'toon', title: 'Toon', grade: 'live', settings: ['line', 'colour'] },
  { id: 'toon-fine', title: 'Toon', grade: 'fine', settings: ['line', 'colour'] },
] as const;

function setUp(style: string | null, askedByLink?: string) {
  const base = createBase();
  const wanted = signal({ style, line: 1, colour: 1, detail: 'auto' } as LookState);
  const change = (changes: Partial<LookState>) => {
    wanted.value = { ...wanted.value, ...changes };
  };
  const look = { wanted, change, apply: change, loadingStyle: signal(null), styleFaults: signal(new Map()) };
  const unknown: (readonly string[])[] = [];
  const styles = createStylesStore({
    ...base,
    look: look as unknown as LookStore,
    askedByLink,
    onUnknownStyle: (id, ids) => unknown.push([id, ...ids]),
  });
  return { ...base, styles, wanted, unknown };
}

test('a first visit gets the default style', () => {
  const { styles, wanted, unknown } = setUp(null);
  styles.adopt(STYLES);
  expect(wanted.value.style).toBe('toon');
  expect(styles.tiles.value.map(({ id }) => id)).toEqual(['none', 'udnie', 'toon']);
  expect(unknown).toEqual([]);
});

test('only an unknown style of the link is reported', () => {
  const byLink = setUp('gouache', 'gouache');
  byLink.styles.adopt(STYLES);
  expect(byLink.unknown).toEqual([['gouache', 'udnie', 'toon']]);
  const remembered = setUp('gouache');
  remembered.styles.adopt(STYLES);
  expect(remembered.unknown).toEqual([]);
  expect(remembered.wanted.value.style).toBe('toon');
});

test('the arrow keys go round, and numbers choose', () => {
  const { styles } = setUp('none');
  styles.step(1);
  styles.chooseAt(1);
  styles.adopt(STYLES);
  expect(styles.chosenTile.value).toBe('none');
  styles.step(-1);
  expect(styles.chosenTile.value).toBe('toon');
  styles.step(1);
  expect(styles.chosenTile.value).toBe('none');
  styles.chooseAt(1);
  expect(styles.chosenTile.value).toBe('udnie');
  styles.chooseAt(7);
  expect(styles.chosenTile.value).toBe('udnie');
});

test('the fine grade has no tile of its own, and detail goes round', () => {
  const { styles, wanted } = setUp('toon');
  styles.adopt(STYLES);
  expect(styles.tileOf('toon-fine')).toBe('toon');
  const seen = [0, 1, 2].map(() => {
    styles.nextDetail();
    return wanted.value.detail;
  });
  expect(seen).toEqual(['fine', 'light', 'auto']);
  expect(wanted.value.style).toBe('toon');
});

test('off and on again brings back the last style', () => {
  const { styles } = setUp('udnie');
  styles.adopt(STYLES);
  styles.toggle();
  expect(styles.isOn.value).toBe(false);
  styles.toggle();
  expect(styles.chosenTile.value).toBe('udnie');
});

test('each style keeps how it is drawn', () => {
  const { styles, wanted, preferences } = setUp('toon');
  styles.adopt(STYLES);
  expect(styles.settings.value).toEqual(['line', 'colour']);
  styles.adjust({ line: 2 });
  styles.adjust({ colour: 0.5 });
  styles.choose('udnie');
  expect(styles.settings.value).toEqual([]);
  expect(wanted.value).toMatchObject({ line: 1, colour: 1 });
  styles.choose('toon');
  expect(wanted.value).toMatchObject({ line: 2, colour: 0.5 });
  expect(preferences.current.value.drawing).toEqual({ toon: { line: 2, colour: 0.5 } });
  styles.choose('toon');
  styles.reset();
  expect(wanted.value).toMatchObject({ line: 1, colour: 1 });
  styles.choose('toon');
  expect(wanted.value).toMatchObject({ line: 1, colour: 1 });
});
