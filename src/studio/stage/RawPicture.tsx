import { useRef } from 'preact/hooks';
import { useTrack } from './Divider.tsx';

/** The untouched picture while the effect still loads, so that nobody waits before a blank page. */
export function RawPicture({ track }: { track: MediaStreamTrack }) {
  const video = useRef<HTMLVideoElement>(null);
  useTrack(video, track);
  return (
    <div class="raw">
      <video
        ref={video}
        muted
        playsInline
        autoPlay
        tabIndex={-1}
        aria-label="Your picture, without the effect yet"
      />
    </div>
  );
}
