import { silentTrack } from './microphone.ts';

/**
 * Placeholder tracks with which a connection can begin before there is a picture or sound. Real
 * tracks replace them without a negotiation.
 */
export class PlaceholderTracks {
  private readonly made = new Map<'audio' | 'video', { track: MediaStreamTrack; stop: () => void }>();

  of(kind: 'audio' | 'video'): MediaStreamTrack {
    let placeholder = this.made.get(kind);
    if (!placeholder) {
      placeholder = kind === 'audio' ? silentTrack() : blackTrack();
      this.made.set(kind, placeholder);
    }
    return placeholder.track;
  }

  stop(): void {
    for (const { stop } of this.made.values()) stop();
    this.made.clear();
  }
}

function blackTrack(): { track: MediaStreamTrack; stop: () => void } {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 16;
  canvas.getContext('2d')?.fillRect(0, 0, 16, 16);
  const track = canvas.captureStream().getVideoTracks()[0]!;
  return {
    track,
    stop() {
      track.stop();
    },
  };
}
