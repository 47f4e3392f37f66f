import { batch, computed, effect as watch, signal } from '@preact/signals';
import type { ViewAddress } from '../../call/link.ts';
import type { ViewerPublisher, ViewerPublisherOptions, Viewer } from '../../call/viewer-publisher.ts';
import type { Fault } from '../../effect/index.ts';
import type { PageStore } from '../base/page-store.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import { faultOf } from '../../common/errors.ts';
import type { NoticesStore } from '../notices/notices-store.ts';
import type { SourceStore } from '../source/source-store.ts';
import type { OutputStore } from '../stage/output-store.ts';
import type { AudienceMicrophone } from './audience-microphone.ts';

/** `elsewhere`: another tab of this browser answers; this one takes over when that one closes. */
export type ObsLinkState = 'off' | 'elsewhere' | 'connecting' | 'ready';

/** What the page uses of the connection to viewers. */
export type ViewerConnection = Pick<
  ViewerPublisher,
  'viewers' | 'here' | 'fault' | 'tell' | 'send' | 'close'
>;

export interface ObsNeeds {
  preferences: PreferencesStore;
  page: PageStore;
  notices: NoticesStore;
  source: Pick<SourceStore, 'current' | 'status'>;
  output: OutputStore;
  microphone: AudienceMicrophone;
  /** A new secret for the link. */
  createKey: () => string;
  /** The room and the identity that belong to a secret. */
  addressOf: (key: string) => Promise<ViewAddress>;
  /** Waits until no other tab of this browser has the room. Returns how to stop waiting. */
  waitForTabLock: (room: string, onHeld: () => void) => () => void;
  connect: (options: ViewerPublisherOptions) => ViewerConnection;
}

/** The link for OBS: everybody who has it sees the person, for as long as the link is on. */
export class ObsStore {
  readonly state = signal<ObsLinkState>('off');
  /** Why viewers can't find this page. */
  readonly fault = signal<Fault | null>(null);
  /** Who has the link open, in OBS or elsewhere. */
  readonly viewers = signal<readonly Viewer[]>([]);
  /** What to paste into OBS. It stays the same until the person asks for a new one. */
  readonly link = computed(() => {
    const address = this.address.value;
    if (!address) return null;
    const { obsAlpha } = this.needs.preferences.current.value;
    const link = new URL('obs.html', document.baseURI);
    const query = { ...address, ...(!obsAlpha && { alpha: 'none' }) };
    link.search = new URLSearchParams(query).toString();
    return link.href;
  });
  /** The size to enter in OBS beside the link, as far as it is known. */
  readonly size = computed(() => {
    const settings = this.needs.source.current.value?.track.getSettings() ?? {};
    const { width = 1280, height = 720, frameRate = 30 } = settings;
    return { width, height, fps: Math.round(frameRate) };
  });

  private readonly address = signal<{ room: string; view: string } | null>(null);
  private connection: ViewerConnection | null = null;
  /** Answers to an older link are ignored. */
  private beginnings = 0;
  private release: () => void = () => undefined;

  constructor(private readonly needs: ObsNeeds) {}

  /** Answers viewers whenever the link is on. */
  start(): void {
    const { preferences, notices } = this.needs;
    const key = computed(() => {
      const { obsOn, obsKey } = preferences.current.value;
      return obsOn ? obsKey : '';
    });
    watch(() => {
      const { value } = key;
      this.end();
      if (value === '') return;
      this.begin(value).catch((error: unknown) => {
        notices.showError('obs', error);
      });
    });
  }

  readonly toggle = (): void => {
    const { preferences, page, createKey } = this.needs;
    const { obsOn, obsKey } = preferences.current.value;
    preferences.update({ obsOn: !obsOn, ...(obsKey === '' && { obsKey: createKey() }) });
    page.announce(obsOn ? 'OBS link off' : 'OBS link on');
  };

  /** Replaces the link. The old one stops working. */
  readonly renew = (): void => {
    this.needs.preferences.update({ obsKey: this.needs.createKey() });
    this.needs.page.announce('New link. The old one no longer works.');
  };

  readonly toggleSound = (): void => {
    const { preferences } = this.needs;
    preferences.update({ obsSound: !preferences.current.value.obsSound });
    this.updateDemand();
  };

  private async begin(hostKey: string): Promise<void> {
    const { addressOf, waitForTabLock, connect } = this.needs;
    const mine = ++this.beginnings;
    const { room, identity } = await addressOf(hostKey);
    if (mine !== this.beginnings) return;
    this.address.value = { room, view: identity.id };
    this.state.value = 'elsewhere';
    const stopWaiting = waitForTabLock(room, () => {
      this.connection = connect({ room, hostKey, identity, onChange: this.onChange });
      this.state.value = 'connecting';
      const stopFeeding = this.feed(this.connection);
      this.release = () => {
        stopFeeding();
        stopWaiting();
      };
    });
    this.release = stopWaiting;
  }

  private end(): void {
    this.beginnings++;
    this.release();
    this.release = () => undefined;
    this.connection?.close();
    this.connection = null;
    batch(() => {
      this.address.value = null;
      this.state.value = 'off';
      this.fault.value = null;
      this.viewers.value = [];
      this.updateDemand();
    });
  }

  /** Keeps the connection informed about what it can send. Returns how to stop that. */
  private feed(connection: ViewerConnection): () => void {
    const { preferences, source, output, microphone } = this.needs;
    const stops = [
      watch(() => {
        connection.tell({
          camera: source.current.value !== null || source.status.value === 'opening',
          ...(output.canStack.value && { alpha: 'stacked-1' as const }),
        });
        this.updateDemand();
      }),
      watch(() => {
        void connection.send({
          opaque: output.track.value,
          stacked: output.stackedTrack.value,
          audio: preferences.current.value.obsSound ? microphone.track.value : null,
        });
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  private readonly onChange = (): void => {
    const { connection } = this;
    if (!connection) return;
    const before = this.viewers.peek().length;
    batch(() => {
      this.viewers.value = connection.viewers;
      this.state.value = connection.here ? 'ready' : 'connecting';
      this.fault.value = connection.fault && faultOf(connection.fault);
      this.updateDemand();
    });
    const now = this.viewers.peek().length;
    const { announce } = this.needs.page;
    if (now > before) announce('OBS shows you');
    else if (now < before) announce(now === 0 ? 'OBS no longer shows you' : 'One viewer less');
  };

  /**
   * What no viewer wants is not drawn, and the microphone is opened only for viewers with sound.
   */
  private updateDemand(): void {
    const { preferences, notices, output, microphone } = this.needs;
    const viewers = this.viewers.peek();
    const watching = viewers.filter(({ wants }) => !wants.paused);
    const getsStacked = (alpha: boolean) => alpha && output.canStack.peek();
    output.hasViewers.value = viewers.length > 0;
    output.wantedByViewers.value = {
      opaque: watching.some(({ wants }) => !getsStacked(wants.alpha)),
      stacked: watching.some(({ wants }) => getsStacked(wants.alpha)),
    };
    if (preferences.current.peek().obsSound && watching.some(({ wants }) => wants.audio))
      microphone.open().catch((error: unknown) => {
        notices.showError('obs', error);
      });
    else microphone.close();
  }
}

export function createObsStore(needs: ObsNeeds): ObsStore {
  return new ObsStore(needs);
}

export const [useObs, provideObs] = createStoreSlot<ObsStore>('OBS');
