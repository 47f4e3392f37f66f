/** Runs in the page: what tests do there with the effect. */

/** Follows the processed track while the look changes, all of whose looks style the person. */
export async function watchSwitches(): Promise<{ brightness: number; styled: boolean }[]> {
  const { portoon, MediaStreamTrackProcessor } = globalThis as unknown as {
    portoon: {
      set(look: Record<string, unknown>): Promise<void>;
      process(track: MediaStreamTrack): Promise<MediaStreamTrack>;
    };
    MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack; maxBufferSize: number }) => {
      readable: ReadableStream<VideoFrame>;
    };
  };
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 } });
  const track = stream.getVideoTracks()[0]!;
  const live = new MediaStreamTrackProcessor({
    track: track.clone(),
    maxBufferSize: 30,
  }).readable.getReader();
  const processed = new MediaStreamTrackProcessor({ track: await portoon.process(track), maxBufferSize: 4 });
  const reader = processed.readable.getReader();
  const middle = async (frame: VideoFrame) => {
    const rgba = new Uint8Array(frame.allocationSize({ format: 'RGBA' }));
    await frame.copyTo(rgba, { format: 'RGBA' });
    const { displayWidth, displayHeight } = frame;
    const values = [];
    // The person's chest and face: x 260..380, y 60..340.
    for (let y = 60; y < Math.min(340, displayHeight); y += 4)
      for (let x = 260; x < Math.min(380, displayWidth); x += 4)
        for (let c = 0; c < 3; c++) values.push(rgba[(y * displayWidth + x) * 4 + c]!);
    return values;
  };
  const raw = new Map<number, number[]>();
  const readLive = (async () => {
    for (;;) {
      const { value: frame, done } = await live.read();
      if (done) return;
      raw.set(frame.timestamp, await middle(frame));
      frame.close();
    }
  })();
  const seen: { brightness: number; styled: boolean }[] = [];
  /** Compares the processed frames with the raw frames of the same timestamps, `count` of them. */
  const compare = async (count: number) => {
    while (count > 0) {
      const { value: frame, done } = await reader.read();
      if (done) return;
      const values = await middle(frame);
      const same = raw.get(frame.timestamp);
      frame.close();
      if (!same) continue;
      count--;
      const difference =
        values.reduce((sum, value, i) => sum + Math.abs(value - same[i]!), 0) / values.length;
      seen.push({
        brightness: values.reduce((sum, value) => sum + value, 0) / values.length,
        styled: difference > 6,
      });
    }
  };
  await compare(2);
  for (const look of [
    { style: 'udnie' },
    { region: 'everything' },
    { style: 'toon' },
    { region: 'person' },
    { style: 'udnie', region: 'everything' },
    { style: 'toon', region: 'person' },
  ]) {
    // What is drawn while the change is under way counts as well.
    await Promise.all([portoon.set(look), compare(4)]);
  }
  track.stop();
  await live.cancel();
  await readLive;
  return seen;
}

/** The part of `window.portoon` that makes previews. */
export interface Previewing {
  styles: { id: string; grade: string }[];
  preview(options: {
    styles?: string[];
    width?: number;
    onPreview(style: string, picture: ImageBitmap): void;
  }): Promise<void>;
  stats(): { frames: number };
  close(): Promise<void>;
}

/** One round of previews: what each style was shown as, RGBA in base64. */
export async function takePreviews({ styles, width }: { styles: string[]; width: number }) {
  const { portoon } = globalThis as unknown as { portoon: Previewing };
  const pictures: { style: string; height: number; rgba: string }[] = [];
  await portoon.preview({
    styles,
    width,
    onPreview(style, picture) {
      const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!;
      context.drawImage(picture, 0, 0);
      const { data } = context.getImageData(0, 0, picture.width, picture.height);
      let binary = '';
      for (let i = 0; i < data.length; i += 0x8000)
        binary += String.fromCharCode(...data.subarray(i, i + 0x8000));
      pictures.push({ style, height: picture.height, rgba: btoa(binary) });
      picture.close();
    },
  });
  return pictures;
}
