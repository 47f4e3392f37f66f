import { effect as watch, signal, type ReadonlySignal } from '@preact/signals';
import type { Microphone, MicrophoneDevice } from '../../call/microphone.ts';
import { Speech, SPEECH_LOOK_MS } from '../../call/speech.ts';
import type { Fault } from '../../effect/index.ts';
import type { PageStore } from '../base/page-store.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import { asFault } from '../notices/as-fault.ts';

export interface MicrophoneNeeds {
  preferences: PreferencesStore;
  page: PageStore;
  openMicrophone: (deviceId?: string) => Promise<Microphone>;
  listMicrophones: () => Promise<MicrophoneDevice[]>;
  onDevicesChanged: (listener: () => void) => void;
  /**
   * Whether a call or its lobby is open. Otherwise a microphone that opens late is closed again.
   */
  isWanted: () => boolean;
  /** Sends another track to the others, or none. */
  sendTrack: (track: MediaStreamTrack | null) => Promise<void>;
}

/** The microphone of a call and its lobby. */
export class MicrophoneStore {
  readonly current = signal<Microphone | null>(null);
  readonly devices = signal<readonly MicrophoneDevice[]>([]);
  readonly fault = signal<Fault | null>(null);
  /** Holds for broadcasts and viewers as well. */
  readonly muted = signal(false);
  /** Whether the others hear the person speak. */
  readonly speaking = signal(false);

  /** Answers to older requests are thrown away. */
  private requests = 0;

  constructor(private readonly needs: MicrophoneNeeds) {}

  /**
   * Follows microphones that come and go, and notices speech.
   * @param inCall - whether there is anybody to hear it.
   */
  start(inCall: ReadonlySignal<boolean>): void {
    this.needs.onDevicesChanged(() => {
      if (!this.needs.isWanted()) return;
      if (this.current.value === null) void this.open();
      else void this.refreshDevices();
    });
    watch(() => {
      const heard = inCall.value && !this.muted.value ? this.current.value : null;
      this.speaking.value = false;
      if (!heard) return;
      const speech = new Speech();
      const timer = setInterval(() => {
        this.speaking.value = speech.hear(heard.level(), performance.now());
      }, SPEECH_LOOK_MS);
      return () => {
        clearInterval(timer);
      };
    });
  }

  /**
   * Opens a microphone, by default the remembered one, and shows what goes wrong; never rejects.
   */
  readonly open = async (deviceId?: string): Promise<void> => {
    const { preferences, openMicrophone, isWanted, sendTrack } = this.needs;
    const request = ++this.requests;
    this.current.value?.stop();
    this.current.value = null;
    this.fault.value = null;
    try {
      const wanted = deviceId ?? preferences.current.value.microphoneId;
      const next = await openMicrophone(wanted ?? undefined);
      if (!isWanted() || request !== this.requests) {
        next.stop();
        return;
      }
      this.adopt(next);
    } catch (error) {
      if (request !== this.requests) return;
      this.fault.value = asFault(error);
    }
    await sendTrack(this.current.peek()?.track ?? null);
    await this.refreshDevices();
  };

  private adopt(next: Microphone): void {
    next.track.enabled = !this.muted.value;
    next.track.addEventListener('ended', () => {
      if (this.current.value === next) void this.open();
    });
    this.current.value = next;
    this.needs.preferences.update({ microphoneId: next.deviceId ?? null });
  }

  close(): void {
    this.current.value?.stop();
    this.current.value = null;
  }

  readonly toggleMute = (): void => {
    this.muted.value = !this.muted.value;
    if (this.current.value) this.current.value.track.enabled = !this.muted.value;
    this.needs.page.announce(this.muted.value ? 'Microphone off' : 'Microphone on');
  };

  private async refreshDevices(): Promise<void> {
    try {
      this.devices.value = await this.needs.listMicrophones();
    } catch {
      // Without a list there is no choice, but the microphone in use goes on.
    }
  }
}

export function createMicrophoneStore(needs: MicrophoneNeeds): MicrophoneStore {
  return new MicrophoneStore(needs);
}

export const [useMicrophone, provideMicrophone] = createStoreSlot<MicrophoneStore>('microphone');
