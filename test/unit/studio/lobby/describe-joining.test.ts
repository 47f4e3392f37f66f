import { expect, test } from 'vitest';
import { describeJoining } from '../../../../src/studio/lobby/describe-joining.ts';

test('nobody is promised to be seen or heard who is not', () => {
  expect(describeJoining(true, true)).toBeNull();
  expect(describeJoining(true, false)).toContain('they see you but don’t hear you');
  expect(describeJoining(false, true)).toContain('they hear you but don’t see you');
  expect(describeJoining(false, false)).toContain('they neither see nor hear you');
});
