/** The frames of a track. While nobody reads, older frames are dropped and closed, never queued. */
export interface FrameSupply {
  /**
   * Transferable. The reader owns each frame and closes it. Cancelling ends the supply and leaves
   * the track running.
   */
  readonly frames: ReadableStream<VideoFrame>;
  /**
   * Ends the supply while `frames` is still held here. Once the stream was transferred only its
   * receiver can end it, by cancelling. The track itself goes on until its owner stops it.
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
 * Reads a video track as a stream of `VideoFrame`s that can be transferred to a worker.
 *
 * Chromium reads the track directly (`MediaStreamTrackProcessor`), which goes on in a hidden tab.
 * Other browsers play the track in a muted `<video>` and capture each presented frame.
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

/** The fallback for browsers without insertable streams; exported for its test. */
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
    // `track.stop()` fires no event, so the state is checked.
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
        // A transferred stream hands over a copy; without this the original would leak until
        // garbage collection.
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
    // The stream buffers nothing: a frame is handed over at the moment it is asked for.
    { highWaterMark: 0 },
  );
  return { frames, stop: finish };
}

function capture(video: HTMLVideoElement, mediaTime: number): VideoFrame | undefined {
  try {
    return new VideoFrame(video, { timestamp: Math.round(mediaTime * 1e6) });
  } catch {
    // The track ended between the callback and this call, and its picture is gone.
    return undefined;
  }
}
