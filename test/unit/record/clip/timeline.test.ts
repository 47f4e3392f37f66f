import { expect, it } from 'vitest';
import { Timeline } from '../../../../src/record/clip/timeline.ts';

it('leaves pauses out, and places what arrives late in the piece that it is from', () => {
  const timeline = new Timeline();
  expect(timeline.place(1000)).toBeNull();
  timeline.resume(1000);
  expect(timeline.place(999)).toBeNull();
  expect(timeline.place(1000)).toBe(0);
  expect(timeline.place(3500)).toBe(2.5);
  timeline.pause(4000);
  expect(timeline.place(4000)).toBeNull();
  expect(timeline.isOver(4000)).toBe(true);
  timeline.resume(9000);
  expect(timeline.place(3900)).toBe(2.9);
  expect(timeline.place(6000)).toBeNull();
  expect(timeline.place(9500)).toBe(3.5);
  expect(timeline.isOver(99_000)).toBe(false);
});

it('is paused once, however often it is asked to be', () => {
  const timeline = new Timeline();
  timeline.resume(0);
  timeline.resume(500);
  timeline.pause(1000);
  timeline.pause(2000);
  timeline.resume(3000);
  expect(timeline.place(3000)).toBe(1);
});
