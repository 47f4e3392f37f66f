import { effect as watch } from '@preact/signals';
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
  createMix: () => Pick<SoundMix, 'track' | 'set' | 'close'>;
}

type Mix = ReturnType<RecordingSoundNeeds['createMix']>;

/** The sound of clips: the microphone, or everyone in a call. */
export class RecordingSound {
  /** The microphone, if it was opened for the clip alone. */
  private microphone: Microphone | null = null;
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
    if (call.isOpen.value) return microphone.current.value?.track ?? null;
    try {
      this.microphone ??= await openMicrophone(microphoneId ?? undefined);
      return this.microphone.track;
    } catch (error) {
      notices.showError('recording-sound', error);
      return null;
    }
  }

  closeMicrophone(): void {
    this.microphone?.stop();
    this.microphone = null;
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
