import { expect, test } from 'vitest';
import '../../../fixtures/with-resolvers.ts';
import { SinkWriter } from '../../../../src/record/file/sink-writer.ts';

const chunk = (position: number, length: number) => ({
  type: 'write' as const,
  data: new Uint8Array(length),
  position,
});

test('a file whose last bytes could not be written counts as failed', async () => {
  const drain = new SinkWriter(
    new WritableStream({
      // Like a sink that buffers what is written and fails only when it sends the rest.
      close: () => Promise.reject(new DOMException('no room', 'QuotaExceededError')),
    }),
  );
  const writer = drain.stream.getWriter();
  await writer.write(chunk(0, 10));
  await expect(drain.finish()).rejects.toMatchObject({ code: 'ERR_DISK_FULL' });
  expect(drain.bytes).toBe(10);
});

test('a file that is given up is closed without an error', async () => {
  const drain = new SinkWriter(new WritableStream({ close: () => Promise.reject(new Error('gone')) }));
  await drain.close();
  await expect(drain.finish()).rejects.toMatchObject({ code: 'ERR_FILE_WRITE' });
});
