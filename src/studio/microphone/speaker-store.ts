import { computed, effect as watch, signal, type ReadonlySignal } from '@preact/signals';
import type { Device } from '../../media/devices.ts';
import type { PageStore } from '../base/page-store.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { NoticesStore } from '../notices/notices-store.ts';

export interface SpeakerNeeds {
  preferences: PreferencesStore;
  page: PageStore;
  notices: NoticesStore;
  listSpeakers: () => Promise<Device[]>;
  onDevicesChanged: (listener: () => void) => void;
}

/** What plays the sound of somebody else. */
type Sink = Pick<HTMLMediaElement, 'setSinkId'>;

/** The loudspeaker that others in a call are heard from. */
export class SpeakerStore {
  readonly devices = signal<readonly Device[]>([]);
  /**
   * The id of the chosen one; empty for the system's choice. One that is unplugged is replaced by
   * that until it is back.
   */
  readonly current: ReadonlySignal<string> = computed(() => {
    const { speakerId } = this.needs.preferences.current.value;
    return this.devices.value.some(({ deviceId }) => deviceId === speakerId) ? (speakerId ?? '') : '';
  });

  constructor(private readonly needs: SpeakerNeeds) {}

  /**
   * Follows loudspeakers that come and go.
   * @param known - changes when the browser may list more of them, as once a microphone is allowed.
   */
  start(known: ReadonlySignal<unknown>): void {
    this.needs.onDevicesChanged(() => void this.refresh());
    watch(() => {
      if (known.value) void this.refresh();
    });
  }

  readonly choose = (deviceId: string): void => {
    this.needs.preferences.update({ speakerId: deviceId });
    const { label = '' } = this.devices.value.find((device) => device.deviceId === deviceId) ?? {};
    this.needs.page.announce(`Sound from ${label}`);
  };

  /** Lets something be heard from the chosen one, and says if that fails; never rejects. */
  async send(sink: Sink): Promise<void> {
    const wanted = this.current.value;
    try {
      await sink.setSinkId(wanted);
    } catch {
      if (wanted !== this.current.peek()) return;
      this.needs.preferences.update({ speakerId: null });
      this.needs.notices.show({
        topic: 'speaker',
        tone: 'problem',
        title: 'This loudspeaker can’t be used',
        text: 'The browser could not open it. The sound comes from the system’s choice. Plug it in again, or choose another one.',
      });
    }
  }

  private async refresh(): Promise<void> {
    try {
      this.devices.value = await this.needs.listSpeakers();
    } catch {
      // Without a list there is no choice, but the sound goes on.
    }
  }
}

export function createSpeakerStore(needs: SpeakerNeeds): SpeakerStore {
  return new SpeakerStore(needs);
}

export const [useSpeaker, provideSpeaker] = createStoreSlot<SpeakerStore>('speaker');
