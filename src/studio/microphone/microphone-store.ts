import { computed, effect as watch, signal, type ReadonlySignal } from '@preact/signals';
import type { Microphone } from '../../call/peer/microphone.ts';
import type { Device } from '../../media/devices.ts';
import { Speech, SPEECH_CHECK_MS } from '../../call/peer/speech.ts';
import type { Fault } from '../../effect/index.ts';
import type { PageStore } from '../base/page-store.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import { faultOf } from '../../common/errors.ts';
import type { NoticesStore } from '../notices/notices-store.ts';

export interface MicrophoneNeeds {
  preferences: PreferencesStore;
  page: PageStore;
  notices: NoticesStore;
  openMicrophone: (deviceId?: string) => Promise<Microphone>;
  listMicrophones: () => Promise<Device[]>;
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
  readonly devices = signal<readonly Device[]>([]);
  readonly fault = signal<Fault | null>(null);
  /** What the person wants. Holds for broadcasts and viewers as well. */
  readonly muted = signal(false);
  /**
   * Whether nobody hears the person: they are muted, or there is no microphone. One that is being
   * exchanged for another counts as there.
   */
  readonly off = computed(() => this.muted.value || !this.found.value);
  /** Whether the others hear the person speak. */
  readonly speaking = signal(false);

  private readonly found = signal(false);
  /** Answers to older requests are thrown away. */
  private requests = 0;
  private inCall: ReadonlySignal<boolean> = signal(false);

  constructor(private readonly needs: MicrophoneNeeds) {}

  /**
   * Follows microphones that come and go, and notices speech.
   * @param inCall - whether there is anybody to hear it.
   */
  start(inCall: ReadonlySignal<boolean>): void {
    this.inCall = inCall;
    this.needs.onDevicesChanged(() => {
      if (!this.needs.isWanted()) return;
      // Nobody asked for this try, so another failure is not reported again.
      if (this.current.value === null) void this.request(undefined, this.fault.value !== null);
      else void this.refreshDevices();
    });
    watch(() => {
      const heard = inCall.value && !this.muted.value ? this.current.value : null;
      this.speaking.value = false;
      if (!heard) return;
      const speech = new Speech();
      const timer = setInterval(() => {
        this.speaking.value = speech.hear(heard.level(), performance.now());
      }, SPEECH_CHECK_MS);
      return () => {
        clearInterval(timer);
      };
    });
  }

  /**
   * Opens a microphone, by default the remembered one, and shows what goes wrong; never rejects.
   */
  readonly open = (deviceId?: string): Promise<void> => this.request(deviceId, false);

  private async request(deviceId: string | undefined, quietly: boolean): Promise<void> {
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
      this.found.value = false;
      this.fault.value = faultOf(error);
      if (this.inCall.value && !quietly) this.complain(error);
    }
    await sendTrack(this.current.peek()?.track ?? null);
    await this.refreshDevices();
  }

  /** In a call there is no lobby that would say it. */
  private complain(error: unknown): void {
    const retry = { label: 'Try again', run: this.toggle };
    this.needs.notices.showError('microphone', error, [retry]);
  }

  private adopt(next: Microphone): void {
    next.track.enabled = !this.muted.value;
    next.track.addEventListener('ended', () => {
      if (this.current.value === next) void this.open();
    });
    this.current.value = next;
    this.found.value = true;
    this.needs.notices.retract('microphone');
    this.needs.preferences.update({ microphoneId: next.deviceId ?? null });
  }

  close(): void {
    this.requests++;
    this.current.value?.stop();
    this.current.value = null;
    this.found.value = false;
    this.fault.value = null;
    this.needs.notices.retract('microphone');
  }

  /** Turns the microphone of a call off, or on; one that is not there is looked for again. */
  readonly toggle = (): void => {
    if (this.found.value) {
      this.toggleMute();
      return;
    }
    this.muted.value = false;
    void this.open().then(() => {
      if (this.found.value) this.needs.page.announce('Microphone on');
    });
  };

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
