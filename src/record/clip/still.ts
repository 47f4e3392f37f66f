import type { StreamTargetChunk } from 'mediabunny';
import { Unpremultiplier } from '../picture/unpremultiplier.ts';
import type { ClipWriter } from './clip-writer.ts';

/** One picture, as a PNG of its own size. */
export class Still implements ClipWriter {
  bytes = 0;
  private readonly sink: WritableStreamDefaultWriter<StreamTargetChunk>;

  constructor(sink: WritableStream<StreamTargetChunk>) {
    this.sink = sink.getWriter();
    this.sink.closed.catch(() => undefined);
  }

  get complete(): boolean {
    return this.bytes > 0;
  }

  async addFrame(frame: VideoFrame): Promise<void> {
    if (this.complete) return;
    const canvas = new OffscreenCanvas(frame.displayWidth, frame.displayHeight);
    canvas.getContext('2d')!.drawImage(await new Unpremultiplier().drawable(frame), 0, 0);
    const data = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
    await this.sink.write({ type: 'write', data, position: 0 });
    this.bytes = data.byteLength;
  }

  addSound(): Promise<void> {
    return Promise.resolve();
  }

  resumed(): void {
    // A picture has no time.
  }

  finish(): Promise<void> {
    return this.sink.close();
  }

  end(): Promise<void> {
    return this.sink.close();
  }

  cancel(): Promise<void> {
    return this.sink.abort();
  }
}
