import { expect, test } from 'vitest';
import { readLink, unknownStyleProblem } from '../../../../src/studio/base/link-parameters.ts';
import { createLinkNotice } from '../../../../src/studio/notices/link-notice.ts';
import { createNoticesStore } from '../../../../src/studio/notices/notices-store.ts';

function setUp(search: string) {
  const notices = createNoticesStore();
  const link = readLink(search, { base: 'http://localhost/', isColour: () => false });
  return { notices, notice: createLinkNotice(link, notices) };
}

test('a good link is not mentioned', () => {
  const { notices, notice } = setUp('?stats=1');
  notice.show();
  expect(notices.notices.value).toEqual([]);
});

test('everything that is wrong is in one notice, also what is found later', () => {
  const { notices, notice } = setUp('?strength=9&foo=1');
  notice.show();
  notice.add(unknownStyleProblem('gouache', ['toon']));
  expect(notices.notices.value).toHaveLength(1);
  expect(notices.notices.value[0]).toMatchObject({ tone: 'problem', code: 'ERR_PARAMETER' });
  expect(notices.notices.value[0]!.text.split('\n')).toEqual([
    '“strength=9” was ignored: it must be from 0 to 1.',
    '“style=gouache” was ignored: it must be none or toon.',
    'Ignored in the link: foo.',
  ]);
});

test('unknown parameters alone are no problem', () => {
  const { notices, notice } = setUp('?foo=1');
  notice.show();
  expect(notices.notices.value[0]).toMatchObject({ tone: 'info', text: 'Ignored in the link: foo.' });
});

test('a call’s link that was cut off is to be asked for again', () => {
  const { notices, notice } = setUp('?room=Xk3_9-aZ0bY1&fbclid=1');
  notice.show();
  expect(notices.notices.value).toMatchObject([
    { tone: 'problem', title: 'This link is incomplete: ask for it again' },
  ]);
});
