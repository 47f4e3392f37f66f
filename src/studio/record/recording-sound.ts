import { effect as watch, signal, untracked } from '@preact/signals';
import type { Microphone } from '../../call/microphone.ts';
import type { SoundMix } from '../../record/sound-mix.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import type { CallStore } from '../call/call-store.ts';
import type { MicrophoneStore } from '../microphone/microphone-store.ts';
import type { NoticesStore } from '../notices/notices-store.ts';

export interface RecordingSoundNeeds {
  preferences: PreferencesStore;
  notices: NoticesStore;
  microphone: Pick<MicrophoneStore, 'current'>;
  call: Pick<CallStore, 'isIn' | 'isOpen' | 'members' | 'announceRecording'>;
  /** Opens a microphone for a clip alone, outside of a call. */
  openMicrophone: (deviceId?: string) => Promise<Microphone>;
  /** Gives the sound of what is recorded another source. */
  replaceSound: (track: MediaStreamTrack) => void;
  /** Returns what ends it. */
  onDevicesChanged: (listener: () => void) => () => void;
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
  /** The microphone, if it was opened for the clip alone. */
  private readonly own = signal<Microphone | null>(null);
  private opening = false;
  private stopFollowing: (() => void) | null = null;
  private mix: { mix: Mix; stop: () => void } | null = null;

  constructor(private readonly needs: RecordingSoundNeeds) {}

  /**
   * The microphone's track, if clips are to have sound. Null makes a silent clip: if that is
   * because the microphone doesn't open, the person is told.
   */
  async openMicrophone(): Promise<MediaStreamTrack | null> {
    const { preferences, call, microphone, notices, openMicrophone } = this.needs;
    const { clipSound, microphoneId } = preferences.current.value;
    if (!clipSound) return null;
    if (!call.isOpen.value && !this.own.value) {
      try {
        this.own.value = await openMicrophone(microphoneId ?? undefined);
      } catch (error) {
        notices.showError('recording-sound', error);
        return null;
      }
    }
    const track = call.isOpen.value ? microphone.current.value?.track : this.own.value?.track;
    if (track) this.follow(track);
    return track ?? null;
  }

  /**
   * From now on the clip's sound goes on with whatever microphone there is: another one that is
   * chosen in a call, one of its own when the call ends, one that is plugged in again. Meanwhile
   * the person is told that there is none.
   */
  private follow(first: MediaStreamTrack): void {
    const { call, microphone, notices, replaceSound, onDevicesChanged } = this.needs;
    this.stopFollowing?.();
    let last: MediaStreamTrack | null = first;
    const stopWatching = watch(() => {
      const inCall = call.isOpen.value;
      const source = inCall ? microphone.current.value : this.own.value;
      if (!inCall && !source) queueMicrotask(() => void this.reopen());
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
    const stopListening = onDevicesChanged(() => void this.reopen());
    this.stopFollowing = () => {
      stopWatching();
      stopListening();
      notices.retract(LOST.topic);
    };
  }

  /** Notices when a microphone is unplugged, or is switched off and on by a key of its own. */
  private listen(track: MediaStreamTrack): () => void {
    const { notices } = this.needs;
    const heard = new AbortController();
    const { signal } = heard;
    const onEnded = () => {
      if (this.own.peek()?.track === track) this.own.value = null;
    };
    track.addEventListener('ended', onEnded, { signal });
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

  /** Outside of a call, looks for a microphone again. If there is none, the next device may be. */
  private async reopen(): Promise<void> {
    const { call, preferences, openMicrophone } = this.needs;
    if (this.opening || this.own.value || call.isOpen.value || !this.stopFollowing) return;
    this.opening = true;
    try {
      const { microphoneId } = preferences.current.value;
      const next = await openMicrophone(microphoneId ?? undefined);
      // The clip may have ended meanwhile.
      if (this.isFollowing) this.own.value = next;
      else next.stop();
    } catch {
      // The person was told that there is none.
    } finally {
      this.opening = false;
    }
  }

  private get isFollowing(): boolean {
    return this.stopFollowing !== null;
  }

  closeMicrophone(): void {
    this.stopFollowing?.();
    this.stopFollowing = null;
    this.own.value?.stop();
    this.own.value = null;
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
