import { computed, effect as watch, signal } from '@preact/signals';
import type { PublishOptions, Sending, WhipPublisher } from '../../call/media-server/whip.ts';
import type { Fault } from '../../effect/index.ts';
import type { PageStore } from '../base/page-store.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import { faultOf } from '../../common/errors.ts';
import type { OutputStore } from '../stage/output-store.ts';
import type { AudienceMicrophone } from './audience-microphone.ts';

/** A broadcast to a media server, and how it is doing. */
export interface BroadcastStatus {
  state: 'connecting' | 'live' | 'reconnecting';
  /** Why it is not live. */
  fault: Fault | null;
  sending: Sending | null;
}

/** Choices for the video's maximum bitrate, in Mbit/s. */
export const BITRATES = ['1', '2.5', '5'] as const;
export type Bitrate = (typeof BITRATES)[number];

/** What the page uses of a publisher. */
export type Publisher = Pick<
  WhipPublisher,
  'state' | 'fault' | 'sending' | 'replaceTrack' | 'setMaxBitrate' | 'retryNow' | 'stop'
>;

export interface BroadcastNeeds {
  preferences: PreferencesStore;
  page: PageStore;
  output: Pick<OutputStore, 'track' | 'wantedByBroadcast'>;
  microphone: AudienceMicrophone;
  publish: (options: PublishOptions) => Publisher;
}

const bitsPerSecond = (rate: Bitrate) => Number(rate) * 1e6;

/** Sends what the stage shows to a media server, for everyone who watches there. */
export class BroadcastStore {
  /** Null while nothing is broadcast. */
  readonly status = signal<BroadcastStatus | null>(null);
  readonly isLive = computed(() => this.status.value?.state === 'live');
  /** Why the last broadcast ended by itself, or why this one is silent. */
  readonly fault = signal<Fault | null>(null);
  /** Kept for this visit only, unless the person wants it remembered. */
  readonly token;

  private publisher: Publisher | null = null;
  private stopFollowing: (() => void)[] = [];

  constructor(private readonly needs: BroadcastNeeds) {
    this.token = signal(needs.preferences.current.value.broadcastToken);
  }

  /** Starts with the chosen server and settings; never rejects. */
  readonly start = async (): Promise<void> => {
    const { preferences, output, microphone } = this.needs;
    if (output.wantedByBroadcast.value) return;
    const { broadcastSound } = preferences.current.value;
    this.fault.value = null;
    output.wantedByBroadcast.value = true;
    this.status.value = { state: 'connecting', fault: null, sending: null };
    if (broadcastSound) await this.openMicrophone();
    // The person stopped it while the browser asked for the microphone.
    if (!output.wantedByBroadcast.peek()) {
      microphone.close();
      return;
    }
    this.publish();
  };

  private publish(): void {
    const { preferences, output, microphone } = this.needs;
    const { broadcastUrl, broadcastBitrate, broadcastSimulcast } = preferences.current.value;
    const publisher = this.needs.publish({
      endpoint: { url: broadcastUrl, token: this.token.value },
      video: output.track.value,
      audio: microphone.track.value,
      maxBitrate: bitsPerSecond(broadcastBitrate),
      simulcast: broadcastSimulcast,
      onChange: this.onChange,
    });
    this.publisher = publisher;
    this.stopFollowing = [
      watch(() => {
        void publisher.replaceTrack('video', output.track.value);
      }),
      watch(() => {
        void publisher.replaceTrack('audio', microphone.track.value);
      }),
    ];
  }

  /** Stops, and tells the media server. */
  readonly stop = (): void => {
    if (!this.needs.output.wantedByBroadcast.value) return;
    if (this.publisher) this.publisher.stop();
    else this.end();
  };

  /** Tries to reconnect at once and does not wait for the next try. */
  readonly retryNow = (): void => {
    this.publisher?.retryNow();
  };

  readonly setBitrate = (broadcastBitrate: Bitrate): void => {
    this.needs.preferences.update({ broadcastBitrate });
    void this.publisher?.setMaxBitrate(bitsPerSecond(broadcastBitrate));
  };

  readonly setSound = async (broadcastSound: boolean): Promise<void> => {
    const { preferences, output, microphone } = this.needs;
    preferences.update({ broadcastSound });
    if (!output.wantedByBroadcast.value) return;
    if (broadcastSound) await this.openMicrophone();
    else microphone.close();
  };

  readonly setToken = (token: string): void => {
    const { preferences } = this.needs;
    this.token.value = token;
    if (preferences.current.value.broadcastKeepsToken) preferences.update({ broadcastToken: token });
  };

  readonly rememberToken = (broadcastKeepsToken: boolean): void => {
    const broadcastToken = broadcastKeepsToken ? this.token.value : '';
    this.needs.preferences.update({ broadcastKeepsToken, broadcastToken });
  };

  private async openMicrophone(): Promise<void> {
    try {
      await this.needs.microphone.open();
    } catch (error) {
      // A picture without sound is better than nothing.
      this.fault.value = faultOf(error);
    }
  }

  private readonly onChange = (): void => {
    if (!this.publisher) return;
    const { page } = this.needs;
    const { state, fault, sending } = this.publisher;
    if (state === 'stopped') {
      if (fault) this.fault.value = faultOf(fault);
      this.end();
      return;
    }
    const changed = state !== this.status.value?.state;
    if (changed && state === 'live') page.announce('On air');
    if (changed && state === 'reconnecting')
      page.announce('The connection to the media server is lost. Trying again.');
    this.status.value = { state, fault: fault && faultOf(fault), sending };
  };

  private end(): void {
    for (const stop of this.stopFollowing) stop();
    this.stopFollowing = [];
    this.publisher = null;
    this.needs.microphone.close();
    this.status.value = null;
    this.needs.output.wantedByBroadcast.value = false;
    this.needs.page.announce('Off air');
  }
}

export function createBroadcastStore(needs: BroadcastNeeds): BroadcastStore {
  return new BroadcastStore(needs);
}

export const [useBroadcast, provideBroadcast] = createStoreSlot<BroadcastStore>('broadcast');
