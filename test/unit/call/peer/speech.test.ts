import { describe, expect, it } from 'vitest';
import { loudness, Speech } from '../../../../src/call/peer/speech.ts';

describe('speech', () => {
  it('is noticed immediately, through the pauses between words, and not in a quiet room', () => {
    const speech = new Speech();
    const voice = loudness(0.05);
    const room = loudness(0.0008);
    expect(speech.hear(room, 0)).toBe(false);
    expect(speech.hear(voice, 200)).toBe(true);
    expect(speech.hear(room, 400)).toBe(true);
    expect(speech.hear(null, 850)).toBe(true);
    expect(speech.hear(room, 1000)).toBe(false);
  });

  it('is measured as the ear does', () => {
    expect(loudness(1)).toBeCloseTo(1, 5);
    expect(loudness(0.1)).toBeCloseTo(2 / 3, 4);
    expect(loudness(0.001)).toBeCloseTo(0, 2);
    expect(loudness(0)).toBe(0);
  });
});
