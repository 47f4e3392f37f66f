import { computed, effect as watch, untracked, type ReadonlySignal } from '@preact/signals';
import { KeptMicrophone, type KeptMicrophoneNeeds } from '../microphone/kept-microphone.ts';
import type { NoticesStore } from '../notices/notices-store.ts';

export interface AudienceMicrophoneNeeds extends KeptMicrophoneNeeds {
  notices: NoticesStore;
  /** The mute switch of calls. It mutes this microphone as well. */
  muted: ReadonlySignal<boolean>;
}

/** A microphone for an audience outside of a call: of a broadcast, or of viewers. */
export interface AudienceMicrophone {
  /** Null while it is closed, and while there is none. */
  readonly track: ReadonlySignal<MediaStreamTrack | null>;
  /** Opens it, if it is not open yet. Rejects as `openMicrophone` does. */
  open: () => Promise<void>;
  close: () => void;
}

const LOST = {
  topic: 'audience-microphone',
  tone: 'problem',
  title: 'Your audience hears nothing',
  text: 'The microphone was unplugged or switched off. The sound goes on as soon as there is one again.',
} as const;

export function createAudienceMicrophone(needs: AudienceMicrophoneNeeds): AudienceMicrophone {
  const { notices, muted } = needs;
  const kept = new KeptMicrophone(needs);
  let unwatch = (): void => undefined;
  const follow = () => {
    unwatch();
    const stop = watch(() => {
      const track = kept.current.value?.track;
      if (track) track.enabled = !muted.value;
      untracked(() => {
        if (track) notices.retract(LOST.topic);
        else notices.show(LOST);
      });
    });
    unwatch = () => {
      stop();
      notices.retract(LOST.topic);
      unwatch = () => undefined;
    };
  };
  return {
    track: computed(() => kept.current.value?.track ?? null),
    async open() {
      await kept.open();
      if (kept.current.peek()) follow();
    },
    close() {
      unwatch();
      kept.close();
    },
  };
}
