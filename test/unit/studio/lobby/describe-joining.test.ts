import { expect, test } from 'vitest';
import { describeJoining } from '../../../../src/studio/lobby/describe-joining.ts';

test('it does not say that somebody will be seen or heard who will not', () => {
  expect(describeJoining(true, true)).toBeNull();
  expect(describeJoining(true, false)).toContain('they see you but don’t hear you');
  expect(describeJoining(false, true)).toContain('they hear you but don’t see you');
  expect(describeJoining(false, false)).toContain('they neither see nor hear you');
});
