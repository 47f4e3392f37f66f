/** One supply of frames, newest first: while nobody reads, older frames are dropped and closed, never queued. */
export interface FrameSupply {
  /** Transferable. The reader owns each frame and closes it; cancelling ends the supply and leaves the track alone. */
  readonly frames: ReadableStream<VideoFrame>;
  /**
   * Ends the supply while `frames` is still held here. Once it was transferred the receiver ends it by cancelling,
   * for a page cannot reach into a stream it gave away. The track itself goes on until its owner stops it.
   */
  readonly stop: () => void;
}

// Insertable streams are Chromium's alone and not in TypeScript's DOM library.
interface TrackProcessor {
  readonly readable: ReadableStream<VideoFrame>;
}
type TrackProcessorConstructor = new (init: {
  track: MediaStreamTrack;
  maxBufferSize?: number;
}) => TrackProcessor;

/**
 * The frames of a video track as a stream of `VideoFrame`s, to be transferred to the effect's worker.
 *
 * Chromium reads the track itself (`MediaStreamTrackProcessor`), which goes on in a hidden tab. Other browsers play it
 * in a muted `<video>` and take each presented frame.
 */
export function framesOf(track: MediaStreamTrack): FrameSupply {
  const Processor = (globalThis as { MediaStreamTrackProcessor?: TrackProcessorConstructor })
    .MediaStreamTrackProcessor;
  return Processor ? processedFrames(new Processor({ track, maxBufferSize: 1 })) : presentedFrames(track);
}

function processedFrames(processor: TrackProcessor): FrameSupply {
  const frames = processor.readable;
  return {
    frames,
    stop() {
      if (!frames.locked) void frames.cancel().catch(() => undefined);
    },
  };
}

/** The road for browsers without insertable streams; exported for its test. */
export function presentedFrames(track: MediaStreamTrack): FrameSupply {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);

  let newest: VideoFrame | undefined;
  let handed: VideoFrame | undefined;
  let wanted = false;
  let over = false;
  let request = 0;
  let stream: ReadableStreamDefaultController<VideoFrame>;

  const release = () => {
    over = true;
    video.cancelVideoFrameCallback(request);
    track.removeEventListener('ended', finish);
    newest?.close();
    newest = undefined;
    handed?.close();
    video.pause();
    video.srcObject = null;
  };
  function finish() {
    if (over) return;
    release();
    stream.close();
  }
  const hand = (frame: VideoFrame) => {
    handed = frame;
    stream.enqueue(frame);
  };
  const onFrame: VideoFrameRequestCallback = (_now, { mediaTime }) => {
    if (over) return;
    request = video.requestVideoFrameCallback(onFrame);
    // `track.stop()` fires no event, so the state is asked.
    if (track.readyState === 'ended') {
      finish();
      return;
    }
    const frame = capture(video, mediaTime);
    if (!frame) return;
    if (wanted) {
      wanted = false;
      hand(frame);
    } else {
      newest?.close();
      newest = frame;
    }
  };

  const frames = new ReadableStream<VideoFrame>(
    {
      async start(controller) {
        stream = controller;
        track.addEventListener('ended', finish);
        video.addEventListener('ended', finish);
        request = video.requestVideoFrameCallback(onFrame);
        await video.play();
      },
      pull() {
        // A stream that was transferred handed over a copy: this one would be left to the collector.
        handed?.close();
        if (newest) {
          hand(newest);
          newest = undefined;
        } else {
          wanted = true;
        }
      },
      cancel: release,
    },
    // Nothing waits in the stream: a frame is handed over at the moment it is asked for.
    { highWaterMark: 0 },
  );
  return { frames, stop: finish };
}

function capture(video: HTMLVideoElement, mediaTime: number): VideoFrame | undefined {
  try {
    return new VideoFrame(video, { timestamp: Math.round(mediaTime * 1e6) });
  } catch {
    // The picture is gone already: the track ended between its frame and this call.
    return undefined;
  }
}
