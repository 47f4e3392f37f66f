import { effect as watch, untracked, type ReadonlySignal } from '@preact/signals';
import type { SoundMix } from '../../record/sound/sound-mix.ts';
import type { CallStore } from '../call/call-store.ts';
import { KeptMicrophone, type KeptMicrophoneNeeds } from '../microphone/kept-microphone.ts';
import type { MicrophoneStore } from '../microphone/microphone-store.ts';
import type { NoticesStore } from '../notices/notices-store.ts';

export interface RecordingSoundNeeds extends KeptMicrophoneNeeds {
  notices: NoticesStore;
  microphone: Pick<MicrophoneStore, 'current'>;
  call: Pick<CallStore, 'isIn' | 'isOpen' | 'members' | 'announceRecording'>;
  /** The sound of the film that plays: null for a silent one, undefined where none plays. */
  filmSound: ReadonlySignal<MediaStreamTrack | null | undefined>;
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

/** The sound of clips: the microphone, the film that plays, or everyone in a call. */
export class RecordingSound {
  /** The microphone that is opened for the clip alone. */
  private readonly own: KeptMicrophone;
  private stopFollowing: (() => void) | null = null;
  private mix: { mix: Mix; stop: () => void } | null = null;

  constructor(private readonly needs: RecordingSoundNeeds) {
    this.own = new KeptMicrophone(needs);
  }

  /**
   * The track of the microphone, or of the film that plays in its place, if clips are to have
   * sound. Null makes a silent clip: if that is because the microphone doesn't open, the person
   * sees a notice.
   */
  async openMicrophone(): Promise<MediaStreamTrack | null> {
    const { preferences, call, microphone, notices } = this.needs;
    if (!preferences.current.value.clipSound) return null;
    const film = this.film();
    if (film !== undefined) {
      if (film) this.follow(film);
      return film;
    }
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

  /** Says of a clip that begins that it can't have the sound that the person wants. */
  warnOfSilence(): void {
    const { preferences, notices } = this.needs;
    if (!preferences.current.value.clipSound) return;
    notices.show({
      topic: 'recording-sound',
      tone: 'problem',
      title: 'This clip has no sound',
      text: 'This browser gives pages no sound to record. For clips with sound open Portoon in Chrome, Edge or another Chromium.',
    });
  }

  /** In a call people hear each other, even if a film is shown. */
  private film(): MediaStreamTrack | null | undefined {
    return this.needs.call.isOpen.value ? undefined : this.needs.filmSound.value;
  }

  /**
   * From now on the clip's sound comes from the microphone that there is: another one that is
   * chosen in a call, one of its own when the call ends, one that is plugged in again. While there
   * is none the person sees a notice. A film that is opened takes the microphone's place.
   */
  private follow(first: MediaStreamTrack): void {
    const { call, microphone, notices, replaceSound } = this.needs;
    this.stopFollowing?.();
    let last: MediaStreamTrack | null = first;
    const stop = watch(() => {
      const inCall = call.isOpen.value;
      const film = this.film();
      const source = film === undefined ? (inCall ? microphone : this.own).current.value : null;
      if (!inCall && film === undefined && !source) queueMicrotask(this.openOwn);
      const track = film ?? source?.track ?? null;
      const unlisten = source && this.listen(source.track);
      const isNew = track !== last;
      last = track;
      untracked(() => {
        if (track && isNew) {
          notices.retract(LOST.topic);
          replaceSound(track);
        } else if (isNew && film === undefined) notices.show(LOST);
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
    if (!call.isIn.value || !preferences.current.value.clipCallSound) return null;
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
