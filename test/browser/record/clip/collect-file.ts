import type { StreamTargetChunk } from 'mediabunny';

/** A sink that keeps in memory what is written, in whatever order. */
export function collectFile(): { sink: WritableStream<StreamTargetChunk>; bytes: () => Uint8Array } {
  let file = new Uint8Array();
  const sink = new WritableStream<StreamTargetChunk>({
    write({ data, position }) {
      const whole = new Uint8Array(Math.max(file.length, position + data.length));
      whole.set(file);
      whole.set(data, position);
      file = whole;
    },
  });
  return { sink, bytes: () => file };
}
