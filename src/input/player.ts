import { PortoonError } from '../common/errors.ts';
import type { Playback } from './source.ts';

/**
 * A looping player with a video track. It is never shown and need not be in the document, and is
 * silent until it is asked to be heard.
 */
export interface VideoPlayer {
  readonly track: MediaStreamTrack;
  readonly playback: Playback;
  readonly failed: Promise<PortoonError>;
  readonly stop: () => void;
}

// Neither name is in TypeScript's DOM library.
interface Capturing {
  captureStream?(): MediaStream;
  mozCaptureStream?(): MediaStream;
}

/** A file that has reported neither its size nor an error by then never will. */
const LOAD_TIMEOUT_MS = 20_000;

/** A larger picture than 4K is drawn at no rate worth seeing. */
const MAX_PIXELS = 4096 * 2304;

const WAY_OUT =
  'Use an MP4 (H.264) or WebM (VP8, VP9, AV1) file; HandBrake or ffmpeg can convert most others.';

/** Why a video cannot be played: what it is called, and what is wrong with it. */
export function unreadableVideo(name: string, what: string, wayOut = WAY_OUT, options?: ErrorOptions) {
  return new PortoonError('ERR_VIDEO_UNREADABLE', `“${name}” ${what}`, wayOut, options);
}

/**
 * Plays `url` in a loop and returns its picture as a track. In Chromium the track keeps its rate in
 * a hidden tab, because a captured element is not paused there.
 *
 * @throws {PortoonError} `ERR_VIDEO_UNREADABLE`
 */
export async function playForever(url: string, name: string): Promise<VideoPlayer> {
  const video = document.createElement('video');
  const free = () => {
    video.pause();
    video.removeAttribute('src');
    video.load();
  };
  video.muted = true;
  video.loop = true;
  video.playsInline = true;
  video.preload = 'auto';
  try {
    const firstFrame = loaded(video, name);
    video.src = url;
    await firstFrame;
    await video.play();
    const stream = captured(video);
    const track = stream?.getVideoTracks()[0];
    if (!track) {
      throw new PortoonError(
        'ERR_UNSUPPORTED_BROWSER',
        'This browser cannot take frames from a video file.',
        'Use a current Chrome, Edge or another Chromium.',
      );
    }
    const failed = new Promise<PortoonError>((resolve) => {
      video.addEventListener('error', () => {
        resolve(brokenOff(video, name));
      });
    });
    return {
      track,
      playback: playbackOf(video, stream.getAudioTracks()[0] ?? null),
      failed,
      stop() {
        track.stop();
        free();
      },
    };
  } catch (error) {
    free();
    throw error instanceof PortoonError
      ? error
      : unreadableVideo(name, 'could not be played.', undefined, { cause: error });
  }
}

const CHANGES = ['timeupdate', 'play', 'pause', 'seeked', 'durationchange', 'volumechange'];

function playbackOf(video: HTMLVideoElement, sound: MediaStreamTrack | null): Playback {
  let part: { from?: number; to?: number } = {};
  const isOutside = (seconds: number) => seconds < (part.from ?? 0) || seconds >= (part.to ?? Infinity);
  const seek = (seconds: number) => {
    video.currentTime = seconds;
  };
  video.addEventListener('timeupdate', () => {
    // While paused, seeking may go outside the chosen part.
    if (!video.paused && isOutside(video.currentTime)) seek(part.from ?? 0);
  });
  return {
    sound,
    get seconds() {
      return video.duration;
    },
    get position() {
      return video.currentTime;
    },
    get paused() {
      return video.paused;
    },
    get heard() {
      return !video.muted;
    },
    play() {
      void video.play().catch(() => undefined);
    },
    pause() {
      video.pause();
    },
    seek,
    repeat(wanted) {
      part = wanted;
      if (!video.paused && isOutside(video.currentTime)) seek(part.from ?? 0);
    },
    hear(on) {
      // A browser would stop a film that begins to sound before the person has touched the page.
      video.muted = !on || !navigator.userActivation.hasBeenActive;
    },
    onChange(listener) {
      for (const change of CHANGES) video.addEventListener(change, listener);
      return () => {
        for (const change of CHANGES) video.removeEventListener(change, listener);
      };
    },
  };
}

function captured(video: HTMLVideoElement): MediaStream | undefined {
  const player = video as Capturing;
  return player.captureStream?.() ?? player.mozCaptureStream?.();
}

function loaded(video: HTMLVideoElement, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(unreadableVideo(name, 'did not begin to play.'));
    }, LOAD_TIMEOUT_MS);
    video.addEventListener('loadeddata', () => {
      clearTimeout(timer);
      const { videoWidth: width, videoHeight: height } = video;
      // A sound file, or a picture codec that this browser lacks beside a sound codec that it has.
      if (width === 0) reject(unreadableVideo(name, 'has no picture that this browser can show.'));
      else if (width * height > MAX_PIXELS)
        reject(
          unreadableVideo(
            name,
            `is ${width} × ${height}: films up to 4096 × 2304 can be shown.`,
            'Make it smaller first, as with HandBrake or ffmpeg.',
          ),
        );
      else resolve();
    });
    // It would wait for its key for ever.
    video.addEventListener('encrypted', () => {
      clearTimeout(timer);
      reject(
        unreadableVideo(
          name,
          'is encrypted: only the player that it was sold for can show it.',
          'Choose a film that is not protected.',
        ),
      );
    });
    video.addEventListener('error', () => {
      clearTimeout(timer);
      reject(undecodable(video, name));
    });
  });
}

/** It has played before. */
function brokenOff(video: HTMLVideoElement, name: string): PortoonError {
  return unreadableVideo(
    name,
    `is damaged or cut short: it breaks off after ${video.currentTime.toFixed(1)} seconds.`,
    'Copy or download it again, or choose another video.',
    { cause: video.error?.message },
  );
}

function undecodable(video: HTMLVideoElement, name: string): PortoonError {
  return unreadableVideo(name, 'is damaged or of a kind that this browser cannot decode.', undefined, {
    cause: video.error?.message,
  });
}
