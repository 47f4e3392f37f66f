import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PortoonError } from '../../../../src/common/errors.ts';
import { createNoticesStore } from '../../../../src/studio/notices/notices-store.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const titles = (store: ReturnType<typeof createNoticesStore>) =>
  store.notices.value.map(({ title }) => title);

test('a notice replaces the one of the same topic', () => {
  const store = createNoticesStore();
  store.show({ topic: 'a', tone: 'problem', title: 'First', text: '' });
  store.show({ topic: 'b', tone: 'problem', title: 'Other', text: '' });
  store.show({ topic: 'a', tone: 'problem', title: 'Second', text: '' });
  expect(titles(store)).toEqual(['Other', 'Second']);
  store.retract('b');
  expect(titles(store)).toEqual(['Second']);
});

test('information goes by itself, problems stay until they are dismissed', () => {
  const store = createNoticesStore();
  store.show({ topic: 'a', tone: 'info', title: 'Info', text: '' });
  store.show({ topic: 'b', tone: 'problem', title: 'Problem', text: '' });
  vi.advanceTimersByTime(60_000);
  expect(titles(store)).toEqual(['Problem']);
  store.dismiss(store.notices.value[0]!.id);
  expect(titles(store)).toEqual([]);
});

test('of two reports of one problem the one that offers an action stays', () => {
  const store = createNoticesStore();
  const error = new PortoonError('ERR_CAMERA_BUSY', 'It is in use.', 'Close the other program.');
  store.showError('a', error, [{ label: 'Try again', run: () => undefined }]);
  store.showError('b', error);
  expect(store.notices.value).toHaveLength(1);
  expect(store.notices.value[0]).toMatchObject({
    topic: 'a',
    code: 'ERR_CAMERA_BUSY',
    text: 'It is in use. Close the other program.',
  });
});

test('anything that was thrown becomes a sentence', () => {
  const store = createNoticesStore();
  store.showError('a', new TypeError('x is undefined.'));
  expect(store.notices.value[0]).toMatchObject({
    code: 'ERR_RUNTIME',
    text: 'Something went wrong: x is undefined. Try again. If it happens again, reload the page.',
  });
});
