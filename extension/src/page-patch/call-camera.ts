/** The result of one `getUserMedia`: a track in place of the camera's, and its clones. */
import type { CameraInfo } from '../protocol.ts';
import { plainConstraints } from './requested-video.ts';

/** Where the track comes from. */
export interface TrackSource {
  /** As it is now; a camera that was asked for another size has other settings. */
  readonly camera: () => CameraInfo;
  readonly constrain: (constraints: MediaTrackConstraints) => Promise<void>;
  /** Called once, when the last clone was stopped. */
  readonly free: () => void;
}

const native = MediaStreamTrack.prototype;
const adopted = new WeakSet<MediaStreamTrack>();

export class CallCamera {
  private readonly live = new Set<MediaStreamTrack>();

  constructor(private readonly source: TrackSource) {}

  /** Gives a track the settings and methods of the camera's. */
  adopt(track: MediaStreamTrack, constraints: MediaTrackConstraints): MediaStreamTrack {
    const { source, live } = this;
    let asked = constraints;
    live.add(track);
    adopted.add(track);
    const methods: Partial<MediaStreamTrack> = {
      getSettings: () => {
        const { width, height, aspectRatio } = native.getSettings.call(track);
        const shown = { width, height, aspectRatio };
        const known = Object.entries(shown).filter(([, value]) => value !== undefined);
        return { ...source.camera().settings, ...Object.fromEntries(known) };
      },
      getCapabilities: () => structuredClone(source.camera().capabilities),
      getConstraints: () => structuredClone(asked),
      applyConstraints: async (wanted) => {
        // The browser refuses this itself.
        if (track.readyState === 'ended') return native.applyConstraints.call(track, wanted);
        const plain = plainConstraints(wanted);
        // The browser keeps what it gives where nothing is asked.
        if (Object.keys(plain).length > 0) await source.constrain(plain);
        asked = plain;
      },
      clone: () => {
        const clone = native.clone.call(track);
        return track.readyState === 'ended' ? clone : this.adopt(clone, asked);
      },
      stop: () => {
        native.stop.call(track);
        this.drop(track);
      },
    };
    for (const [name, value] of Object.entries(methods))
      Object.defineProperty(track, name, { value, configurable: true, writable: true });
    Object.defineProperty(track, 'label', { get: () => source.camera().label, configurable: true });
    return track;
  }

  /** The camera has stopped: its tracks end, as a page expects of an unplugged camera. */
  end(): void {
    for (const track of this.live) {
      native.stop.call(track);
      track.dispatchEvent(new Event('ended'));
    }
    for (const track of [...this.live]) this.drop(track);
  }

  private drop(track: MediaStreamTrack): void {
    if (!this.live.delete(track) || this.live.size > 0) return;
    this.source.free();
  }
}

/** `MediaStream.clone` does not call our tracks' `clone`, so it is replaced. */
export function patchStreamClone(): void {
  const prototype: { clone: (this: MediaStream) => MediaStream } = MediaStream.prototype;
  const { clone } = prototype;
  prototype.clone = function () {
    const tracks = this.getTracks();
    if (!tracks.some((track) => adopted.has(track))) return clone.call(this);
    return new MediaStream(tracks.map((track) => track.clone()));
  };
}
