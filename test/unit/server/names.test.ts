import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { newRoom, startNode, TestPages, type Node } from '../../fixtures/signalling.ts';
import { cleanName, MAX_NAME, nameSchema } from '../../../src/server/signals.ts';

describe('a name', () => {
  test.each([
    ['a left-to-right mark', '\u200eAda'],
    ['a right-to-left mark', 'Ada\u200f'],
    ['isolates', '\u2068Ada\u2069'],
    ['an override', '\u202eAda\u202c'],
    ['a byte order mark', '\ufeffAda'],
    ['a soft hyphen', 'A\u00adda'],
    ['a word joiner', 'A\u2060da'],
    ['joiners between Latin letters', 'A\u200dd\u200ca\u200d'],
    ['a filler', 'Ada\u3164'],
    ['half a character', 'Ada\ud83d'],
    ['tags without a flag', 'Ada\u{e0041}\u{e007f}'],
    ['two lines', 'Ada\r\n'],
    ['selectors with nothing to select', '\ufe0fAda'],
  ])('loses %s', (_, name) => {
    expect(cleanName(name)).toBe('Ada');
  });

  test.each([
    ['fillers', '\u3164\u115f\uffa0'],
    ['blank Braille', '\u2800\u2800'],
    ['joiners', '\u200d\u200c\u200d'],
    ['selectors', '\ufe0f\ufe0e'],
    ['marks of direction', '\u200e\u200f\u2066\u2069'],
    ['spaces of all kinds', ' \u00a0\u3000\u2003\t'],
    ['accents on nothing', '\u0301\u0302'],
    ['a blank hieroglyph', '\u{13441}'],
    ['nothing', ''],
  ])('of %s alone is empty', (_, name) => {
    expect(cleanName(name)).toBe('');
  });

  test.each([
    ['Zoë', 'Zoe\u0308'],
    ['Chinese', '李雷'],
    ['a Japanese family name in its own form', '葛\u{e0100}城'],
    ['Arabic with a vowel', 'عليّ'],
    ['Persian, with a joiner that keeps two letters apart', 'می\u200cخواهم'],
    ['Sinhala, with a joiner that stacks', 'ශ\u0dca\u200dරී'],
    ['Hindi, with a joiner that halves', 'क\u094d\u200dष'],
    ['Mongolian, with a selector', 'ᠠ\u180bᠨ'],
    ['Hebrew with points', 'שָׁלוֹם'],
    ['an artist', '👩\u200d🎨'],
    ['a family', '👨\u200d👩\u200d👧'],
    ['a dark-skinned woman with red hair', '👩🏿\u200d🦰'],
    ['a kiss', '👩\u200d❤\ufe0f\u200d💋\u200d👨'],
    ['the rainbow flag', '🏳\ufe0f\u200d🌈'],
    ['the flag of Scotland', '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
    ['a keycap', '1\ufe0f\u20e3'],
    ['signs', "O'Neil & Co. (2)"],
    ['two words', 'Ada Lovelace'],
  ])('stays whole: %s', (_, name) => {
    expect(cleanName(name)).toBe(name);
    expect(cleanName(`\u200e ${name} \u2069`)).toBe(name);
  });

  test('is the same when it is cleaned twice', () => {
    for (const name of ['a\u200d\u200d🎨', '\ud83d\u200e\ude00', '\u200e\ufe0f1', 'क\u200d\u200d\u200d'])
      expect(cleanName(cleanName(name))).toBe(cleanName(name));
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

  test('tells the others a name without what cannot be seen, whatever a page says', async () => {
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
