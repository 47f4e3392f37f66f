import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { followSource } from '../../../src/obs/obs-studio.ts';

let page: EventTarget & { hidden: boolean };

beforeEach(() => {
  vi.useFakeTimers();
  const self = Object.assign(new EventTarget(), { obsstudio: {}, setTimeout });
  page = Object.assign(new EventTarget(), { hidden: false });
  vi.stubGlobal('window', self);
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', self.addEventListener.bind(self));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('a source that OBS starts hidden is paused, and goes on when it is shown', () => {
  page.hidden = true;
  const calls: string[] = [];
  followSource(
    1500,
    () => calls.push('hidden'),
    () => calls.push('shown'),
  );
  vi.advanceTimersByTime(1600);
  expect(calls).toEqual(['hidden']);
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  expect(calls).toEqual(['hidden', 'shown']);
});

it('a source that OBS starts shown plays on', () => {
  const onHidden = vi.fn();
  followSource(1500, onHidden, () => undefined);
  vi.advanceTimersByTime(5000);
  expect(onHidden).not.toHaveBeenCalled();
});
