import { describe, expect, it } from 'vitest';
import { cleanMemberName } from '../../../src/server/signals.ts';
import { SPOILED, UNSEEN, WHOLE } from '../../fixtures/names.ts';

/**
 * The same names are tested for the server in `test/unit/server/names.test.ts`, because its engine
 * is another one.
 */
describe('a name in a browser', () => {
  it.each(SPOILED)('loses %s', (_, name) => {
    expect(cleanMemberName(name)).toBe('Ada');
  });

  it.each(UNSEEN)('of %s alone is empty', (_, name) => {
    expect(cleanMemberName(name)).toBe('');
  });

  it.each(WHOLE)('stays whole: %s', (_, name) => {
    expect(cleanMemberName(name)).toBe(name);
    expect(cleanMemberName(`\u200e ${name} \u2069`)).toBe(name);
  });
});
