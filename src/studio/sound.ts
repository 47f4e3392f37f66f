import { effect, signal } from '@preact/signals';
import { openMicrophone, type Microphone } from '../call/microphone.ts';
import { muted } from './call.ts';
import { choices } from './state.ts';

/** The microphone for an audience outside of a call. The one switch of a call holds here as well. */
export class Sound {
  /** Null while it is not taken. */
  readonly track = signal<MediaStreamTrack | null>(null);
  private wanted = false;
  private microphone: Microphone | null = null;
  private unfollow = () => undefined as unknown;

  /** @throws PortoonError as `openMicrophone`. */
  async take(): Promise<void> {
    if (this.wanted) return;
    this.wanted = true;
    let microphone;
    try {
      microphone = await openMicrophone(choices.value.microphoneId ?? undefined);
    } catch (error) {
      this.wanted = false;
      throw error;
    }
    // Dropped while the browser asked for it.
    if (!this.isWanted()) {
      microphone.stop();
      return;
    }
    const { track } = microphone;
    this.microphone = microphone;
    this.unfollow = effect(() => {
      track.enabled = !muted.value;
    });
    this.track.value = track;
  }

  /** Safe to call twice. */
  drop(): void {
    this.wanted = false;
    this.unfollow();
    this.microphone?.stop();
    this.microphone = null;
    this.track.value = null;
  }

  private isWanted(): boolean {
    return this.wanted;
  }
}
