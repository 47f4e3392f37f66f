import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { newRoom, startNode, TestPages, type Node } from '../../fixtures/signalling.ts';
import { SPOILED, UNSEEN, WHOLE } from '../../fixtures/names.ts';
import { cleanMemberName, MAX_NAME, nameSchema } from '../../../src/server/signals.ts';

describe('a name', () => {
  test.each(SPOILED)('loses %s', (_, name) => {
    expect(cleanMemberName(name)).toBe('Ada');
  });

  test.each(UNSEEN)('of %s alone is empty', (_, name) => {
    expect(cleanMemberName(name)).toBe('');
  });

  test.each(WHOLE)('stays whole: %s', (_, name) => {
    expect(cleanMemberName(name)).toBe(name);
    expect(cleanMemberName(`\u200e ${name} \u2069`)).toBe(name);
  });

  test('is the same when it is cleaned twice', () => {
    for (const name of ['a\u200d\u200d🎨', '\ud83d\u200e\ude00', '\u200e\ufe0f1', 'क\u200d\u200d\u200d'])
      expect(cleanMemberName(cleanMemberName(name))).toBe(cleanMemberName(name));
  });

  test('counts what can be seen, and carries no markup', () => {
    const invisible = '\u200e'.repeat(MAX_NAME);
    expect(v.parse(nameSchema, invisible + 'a'.repeat(MAX_NAME))).toHaveLength(MAX_NAME);
    expect(v.is(nameSchema, 'a'.repeat(MAX_NAME + 1))).toBe(false);
    for (const name of ['<b>', 'a<', '>']) expect(v.is(nameSchema, name)).toBe(false);
  });
});

describe('the server', () => {
  let node: Node;
  const pages = new TestPages();
  beforeAll(async () => {
    node = await startNode();
  });
  afterAll(async () => {
    pages.close();
    await node.close();
  });

  test('sends the others a name without invisible characters, in whatever form a page sent it', async () => {
    const room = newRoom();
    const a = pages.open(node.url);
    await a.join(room);
    const b = pages.open(node.url);
    await b.join(room, { name: '\u200fBen\u2069' });
    expect((await a.next('joined')).peer.name).toBe('Ben');
    await b.ask('state', { name: '\ufeff\u202eBenjamin', muted: false, camera: true });
    expect((await a.next('state')).name).toBe('Benjamin');
    await b.ask('state', { name: '\u3164\u2800', muted: false, camera: true });
    expect((await a.next('state')).name).toBe('');
  });
});
