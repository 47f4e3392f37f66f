import { batch, computed, effect, signal } from '@preact/signals';
import { newKey, viewAddress } from '../call/link.ts';
import { awaitRoom } from '../call/one-tab.ts';
import { Outlet, type Viewer } from '../call/outlet.ts';
import type { Fault } from '../effect/protocol.ts';
import { asFault, tellFault } from './notices.ts';
import { Sound } from './sound.ts';
import { outgoing, outgoingStacked, source, sourceStatus, stackable, watched, watching } from './sources.ts';
import { announce, choices, choose } from './state.ts';

/** `elsewhere`: another tab of this browser answers; this one takes over when that closes. */
export type ObsState = 'off' | 'elsewhere' | 'connecting' | 'ready';

export const obsState = signal<ObsState>('off');
/** Why the server does not let viewers find us, or why they hear nothing. */
export const obsFault = signal<Fault | null>(null);
/** Who has the link open in OBS, or elsewhere. */
export const viewers = signal<readonly Viewer[]>([]);

const key = computed(() => (choices.value.obsOn ? choices.value.obsKey : ''));
const address = signal<{ room: string; view: string } | null>(null);

/** What is pasted into OBS; the same one for as long as the person does not ask for a new one. */
export const obsLink = computed(() => {
  if (!address.value) return null;
  const link = new URL('obs.html', document.baseURI);
  link.search = new URLSearchParams({
    ...address.value,
    ...(choices.value.obsAlpha ? {} : { alpha: 'none' }),
  }).toString();
  return link.href;
});

/** What to type beside the address, as far as it is known. */
export const obsSize = computed(() => {
  const { width = 1280, height = 720, frameRate = 30 } = source.value?.track.getSettings() ?? {};
  return { width, height, fps: Math.round(frameRate) };
});

const sound = new Sound();
let outlet: Outlet | null = null;
let beginnings = 0;
let release: () => void = () => undefined;

export function toggleObs(): void {
  const { obsOn, obsKey } = choices.value;
  choose({ obsOn: !obsOn, ...(obsKey === '' ? { obsKey: newKey() } : {}) });
  announce(obsOn ? 'OBS link off' : 'OBS link on');
}

/** A link that nobody has yet; the old one shows nothing any more. */
export function renewObsLink(): void {
  choose({ obsKey: newKey() });
  announce('A new link; the old one shows nothing any more');
}

async function begin(hostKey: string): Promise<void> {
  const mine = ++beginnings;
  const { room, identity } = await viewAddress(hostKey);
  if (mine !== beginnings) return;
  address.value = { room, view: identity.id };
  obsState.value = 'elsewhere';
  const stopWaiting = awaitRoom(room, () => {
    outlet = new Outlet({ room, hostKey, identity, onChange: follow });
    obsState.value = 'connecting';
    const unfollow = feed(outlet);
    release = () => {
      unfollow();
      stopWaiting();
    };
  });
  release = stopWaiting;
}

function end(): void {
  beginnings++;
  release();
  release = () => undefined;
  outlet?.close();
  outlet = null;
  batch(() => {
    address.value = null;
    obsState.value = 'off';
    obsFault.value = null;
    viewers.value = [];
    settle();
  });
}

/** Gives it what it may send, as it is now and later. */
function feed(to: Outlet): () => void {
  const stop = [
    effect(() => {
      to.tell({
        camera: source.value !== null || sourceStatus.value === 'opening',
        ...(stackable.value ? { alpha: 'stacked-1' } : {}),
      });
      settle();
    }),
    effect(() => {
      void to.send({
        opaque: outgoing.value,
        stacked: outgoingStacked.value,
        audio: choices.value.obsSound ? sound.track.value : null,
      });
    }),
  ];
  return () => {
    for (const one of stop) one();
  };
}

function follow(): void {
  if (!outlet) return;
  const { here, fault } = outlet;
  const before = viewers.peek().length;
  batch(() => {
    viewers.value = outlet?.viewers ?? [];
    obsState.value = here ? 'ready' : 'connecting';
    obsFault.value = fault && asFault(fault);
    settle();
  });
  const { length } = viewers.peek();
  if (length > before) announce('OBS shows you');
  else if (length < before) announce(length === 0 ? 'OBS shows you no more' : 'One place fewer shows you');
}

/** What nobody wants is neither drawn nor listened to. */
function settle(): void {
  const all = viewers.peek();
  const seen = all.filter(({ wants }) => !wants.paused);
  const clear = (alpha: boolean) => alpha && stackable.peek();
  watched.value = all.length > 0;
  watching.value = {
    opaque: seen.some(({ wants }) => !clear(wants.alpha)),
    stacked: seen.some(({ wants }) => clear(wants.alpha)),
  };
  if (choices.peek().obsSound && seen.some(({ wants }) => wants.audio))
    sound.take().catch((error: unknown) => {
      tellFault('obs', error);
    });
  else sound.drop();
}

export function toggleObsSound(): void {
  choose({ obsSound: !choices.value.obsSound });
  settle();
}

/** Answers from now on, if the link is switched on, and whenever it is. */
export function startObs(): void {
  effect(() => {
    const { value } = key;
    end();
    if (value === '') return;
    begin(value).catch((error: unknown) => {
      tellFault('obs', error);
    });
  });
}
