import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { createPanelStore } from '../../../../src/studio/shell/panel-store.ts';
import { createBase } from '../fakes.ts';

function setUp(narrow: boolean) {
  const { preferences } = createBase();
  const isNarrow = signal(narrow);
  const isCalling = signal(false);
  return { preferences, isNarrow, isCalling, panel: createPanelStore({ preferences, isNarrow, isCalling }) };
}

test('in large windows the settings are open until the person closes them', () => {
  const { panel, preferences } = setUp(false);
  expect(panel.isOpen.value).toBe(true);
  panel.toggle();
  expect(panel.isOpen.value).toBe(false);
  expect(preferences.current.value.panel).toBe(false);
});

test('in small windows they start closed, and that is not remembered', () => {
  const { panel, preferences } = setUp(true);
  expect(panel.isOpen.value).toBe(false);
  panel.setOpen(true);
  expect(panel.isOpen.value).toBe(true);
  expect(preferences.current.value.panel).toBeNull();
});

test('a call closes them', () => {
  const { panel, isCalling } = setUp(false);
  isCalling.value = true;
  expect(panel.isOpen.value).toBe(false);
  panel.toggle();
  expect(panel.isOpen.value).toBe(true);
  isCalling.value = false;
  isCalling.value = true;
  expect(panel.isOpen.value).toBe(false);
});
