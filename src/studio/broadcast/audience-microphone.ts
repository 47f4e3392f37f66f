import { effect as watch, signal, type ReadonlySignal } from '@preact/signals';
import type { Microphone } from '../../call/microphone.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';

export interface AudienceMicrophoneNeeds {
  preferences: PreferencesStore;
  /** The mute switch of calls. It mutes this microphone as well. */
  muted: ReadonlySignal<boolean>;
  openMicrophone: (deviceId?: string) => Promise<Microphone>;
}

/** A microphone for an audience outside of a call: of a broadcast, or of viewers. */
export interface AudienceMicrophone {
  /** Null while it is closed. */
  readonly track: ReadonlySignal<MediaStreamTrack | null>;
  /** Opens it, if it is not open yet. Rejects as `openMicrophone` does. */
  open: () => Promise<void>;
  close: () => void;
}

export function createAudienceMicrophone({
  preferences,
  muted,
  openMicrophone,
}: AudienceMicrophoneNeeds): AudienceMicrophone {
  const track = signal<MediaStreamTrack | null>(null);
  let opening: Promise<Microphone> | null = null;
  let release = (): void => undefined;
  const close = () => {
    opening = null;
    release();
    release = () => undefined;
    track.value = null;
  };
  return {
    track,
    close,
    async open() {
      if (opening) return;
      const mine = openMicrophone(preferences.current.peek().microphoneId ?? undefined);
      opening = mine;
      let microphone;
      try {
        microphone = await mine;
      } catch (error) {
        if (opening === mine) opening = null;
        throw error;
      }
      // Closed while the browser asked for permission.
      if (opening !== mine) {
        microphone.stop();
        return;
      }
      const opened = microphone;
      const unwatch = watch(() => {
        opened.track.enabled = !muted.value;
      });
      release = () => {
        unwatch();
        opened.stop();
      };
      track.value = opened.track;
    },
  };
}
