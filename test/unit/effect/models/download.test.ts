import { afterEach, expect, test, vi } from 'vitest';
import { Download } from '../../../../src/effect/models/download.ts';
import type { LoadProgress } from '../../../../src/effect/protocol.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Fetches a file of 400 bytes that arrives in four parts, and returns the reported progress. */
async function fetchFile(headers: Record<string, string>): Promise<LoadProgress[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let k = 0; k < 4; k++) controller.enqueue(new Uint8Array(100).fill(k));
      controller.close();
    },
  });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { headers })));
  const reports: LoadProgress[] = [];
  const bytes = await new Download((progress) => reports.push(progress)).bytes('a', 'the file', 400);
  expect(bytes).toHaveLength(400);
  expect(bytes[399]).toBe(3);
  return reports;
}

test('progress counts the bytes of a file', async () => {
  const reports = await fetchFile({});
  expect(reports.map(({ loaded }) => loaded)).toEqual([100, 200, 300, 400, 400]);
  expect(reports.every(({ total }) => total === 400)).toBe(true);
});

test('of a file that is compressed on its way, progress counts what goes over the wire', async () => {
  const reports = await fetchFile({ 'Content-Encoding': 'br', 'Content-Length': '100' });
  expect(reports.map(({ loaded }) => loaded)).toEqual([25, 50, 75, 100, 100]);
  expect(reports.every(({ total }) => total === 100)).toBe(true);
});

test('a server that does not say how much it sends is believed to send the file as it is', async () => {
  const reports = await fetchFile({ 'Content-Encoding': 'br' });
  expect(reports.at(-1)).toEqual({ loaded: 400, total: 400 });
});
