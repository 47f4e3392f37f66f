import { effect as watch, untracked } from '@preact/signals';
import type { SoundMix } from '../../record/sound-mix.ts';
import type { CallStore } from '../call/call-store.ts';
import { KeptMicrophone, type KeptMicrophoneNeeds } from '../microphone/kept-microphone.ts';
import type { MicrophoneStore } from '../microphone/microphone-store.ts';
import type { NoticesStore } from '../notices/notices-store.ts';

export interface RecordingSoundNeeds extends KeptMicrophoneNeeds {
  notices: NoticesStore;
  microphone: Pick<MicrophoneStore, 'current'>;
  call: Pick<CallStore, 'isIn' | 'isOpen' | 'members' | 'announceRecording'>;
  /** Gives the sound of what is recorded another source. */
  replaceSound: (track: MediaStreamTrack) => void;
  createMix: () => Pick<SoundMix, 'track' | 'set' | 'close'>;
}

const LOST = {
  topic: 'recording-microphone',
  tone: 'problem',
  title: 'The clip has no sound at the moment',
  text: 'The microphone was unplugged or switched off. The sound goes on as soon as there is one again.',
} as const;

type Mix = ReturnType<RecordingSoundNeeds['createMix']>;

/** The sound of clips: the microphone, or everyone in a call. */
export class RecordingSound {
  /** The microphone that is opened for the clip alone. */
  private readonly own: KeptMicrophone;
  private stopFollowing: (() => void) | null = null;
  private mix: { mix: Mix; stop: () => void } | null = null;

  constructor(private readonly needs: RecordingSoundNeeds) {
    this.own = new KeptMicrophone(needs);
  }

  /**
   * The microphone's track, if clips are to have sound. Null makes a silent clip: if that is
   * because the microphone doesn't open, the person is told.
   */
  async openMicrophone(): Promise<MediaStreamTrack | null> {
    const { preferences, call, microphone, notices } = this.needs;
    if (!preferences.current.value.clipSound) return null;
    if (!call.isOpen.value) {
      try {
        await this.own.open();
      } catch (error) {
        notices.showError('recording-sound', error);
        return null;
      }
    }
    const track = (call.isOpen.value ? microphone : this.own).current.value?.track;
    if (track) this.follow(track);
    return track ?? null;
  }

  /**
   * From now on the clip's sound goes on with whatever microphone there is: another one that is
   * chosen in a call, one of its own when the call ends, one that is plugged in again. Meanwhile
   * the person is told that there is none.
   */
  private follow(first: MediaStreamTrack): void {
    const { call, microphone, notices, replaceSound } = this.needs;
    this.stopFollowing?.();
    let last: MediaStreamTrack | null = first;
    const stop = watch(() => {
      const inCall = call.isOpen.value;
      const source = (inCall ? microphone : this.own).current.value;
      if (!inCall && !source) queueMicrotask(this.openOwn);
      const track = source?.track ?? null;
      const unlisten = track && this.listen(track);
      const isNew = track !== last;
      last = track;
      untracked(() => {
        if (track && isNew) {
          notices.retract(LOST.topic);
          replaceSound(track);
        } else if (isNew) notices.show(LOST);
      });
      return () => unlisten?.();
    });
    this.stopFollowing = () => {
      stop();
      notices.retract(LOST.topic);
    };
  }

  /** The clip may have ended since this was asked for. */
  private readonly openOwn = (): void => {
    if (this.stopFollowing) this.own.await();
  };

  /** Notices when a microphone is switched off and on by a key of its own. */
  private listen(track: MediaStreamTrack): () => void {
    const { notices } = this.needs;
    const heard = new AbortController();
    const { signal } = heard;
    track.addEventListener(
      'mute',
      () => {
        notices.show(LOST);
      },
      { signal },
    );
    track.addEventListener(
      'unmute',
      () => {
        notices.retract(LOST.topic);
      },
      { signal },
    );
    return () => {
      heard.abort();
    };
  }

  closeMicrophone(): void {
    this.stopFollowing?.();
    this.stopFollowing = null;
    this.own.close();
  }

  /**
   * Everyone's sound, if the person wants that and all have been told; else null.
   * @param onCallEnded - called when the call ends. The clip must end with it, because the people
   * of the next call have not been told.
   */
  async openCall(onCallEnded: () => void): Promise<MediaStreamTrack | null> {
    const { preferences, call, notices, createMix } = this.needs;
    if (!call.isIn.value || !preferences.current.value.clipCall) return null;
    try {
      await call.announceRecording(true);
    } catch (error) {
      notices.showError('recording-sound', error);
      return null;
    }
    // The call may have ended while the others were told.
    if (!call.isIn.peek()) return null;
    const mix = createMix();
    const stop = watch(() => {
      if (call.isIn.value) {
        mix.set(this.callTracks());
        return;
      }
      mix.set([]);
      queueMicrotask(onCallEnded);
    });
    this.mix = { mix, stop };
    return mix.track;
  }

  private callTracks(): MediaStreamTrack[] {
    const { preferences, call, microphone } = this.needs;
    const own = preferences.current.value.clipSound ? microphone.current.value?.track : undefined;
    const others = call.members.value.flatMap(({ stream }) => stream?.getAudioTracks() ?? []);
    return own ? [own, ...others] : others;
  }

  closeCall(): void {
    if (!this.mix) return;
    this.mix.stop();
    this.mix.mix.close();
    this.mix = null;
    this.needs.call.announceRecording(false).catch((error: unknown) => {
      this.needs.notices.showError('recording-sound', error);
    });
  }
}
