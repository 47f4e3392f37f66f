import { computed, effect, signal } from '@preact/signals';
import type { LinkState } from '../call/media-link.ts';
import { WhipPublisher, type Sending } from '../call/whip.ts';
import type { Fault } from '../effect/protocol.ts';
import { asFault } from './notices.ts';
import { Sound } from './sound.ts';
import { broadcasting, outgoing } from './sources.ts';
import { announce, choices, choose } from './state.ts';

/** How a broadcast does. */
export interface Broadcast {
  state: Exclude<LinkState, 'stopped'>;
  /** Why it is not on air. */
  fault: Fault | null;
  sending: Sending | null;
}

/** Null while there is none. */
export const broadcast = signal<Broadcast | null>(null);
export const onAir = computed(() => broadcast.value?.state === 'live');
/** Why the last one ended without being asked to, or why it goes without sound. */
export const broadcastFault = signal<Fault | null>(null);
/** Kept for this visit only, unless the person wants it remembered. */
export const broadcastToken = signal(choices.value.broadcastToken);

/** Megabits a second that the picture may take, as they are offered. */
export const RATES = ['1', '2.5', '5'] as const;
export type Rate = (typeof RATES)[number];

let publisher: WhipPublisher | null = null;
const sound = new Sound();
let release: (() => void)[] = [];

const bits = (rate: Rate) => Number(rate) * 1e6;

/** Sends what the stage shows, and the microphone, to the endpoint that was chosen. */
export async function startBroadcast(): Promise<void> {
  if (broadcasting.value) return;
  const { broadcastUrl: url, broadcastRate, broadcastSound, broadcastSimulcast } = choices.value;
  const token = broadcastToken.value;
  broadcastFault.value = null;
  broadcasting.value = true;
  broadcast.value = { state: 'connecting', fault: null, sending: null };
  if (broadcastSound) await takeMicrophone();
  // Stopped while the browser asked for the microphone.
  if (!broadcasting.peek()) {
    sound.drop();
    return;
  }
  publisher = new WhipPublisher({
    endpoint: { url, token },
    video: outgoing.value,
    audio: sound.track.value,
    maxBitrate: bits(broadcastRate),
    simulcast: broadcastSimulcast,
    onChange: follow,
  });
  release = [
    effect(() => {
      void publisher?.replaceTrack('video', outgoing.value);
    }),
    effect(() => {
      void publisher?.replaceTrack('audio', sound.track.value);
    }),
  ];
}

/** Goes off air, and tells the media server. */
export function stopBroadcast(): void {
  if (!broadcasting.value) return;
  if (publisher) publisher.stop();
  else end();
}

/** Tries now what would be tried later. */
export function hurryBroadcast(): void {
  publisher?.hurry();
}

export function setRate(broadcastRate: Rate): void {
  choose({ broadcastRate });
  void publisher?.setMaxBitrate(bits(broadcastRate));
}

export async function setSound(broadcastSound: boolean): Promise<void> {
  choose({ broadcastSound });
  if (!broadcasting.value) return;
  if (broadcastSound) await takeMicrophone();
  else sound.drop();
}

export function setToken(token: string): void {
  broadcastToken.value = token;
  if (choices.value.broadcastKeepsToken) choose({ broadcastToken: token });
}

export function rememberToken(broadcastKeepsToken: boolean): void {
  choose({ broadcastKeepsToken, broadcastToken: broadcastKeepsToken ? broadcastToken.value : '' });
}

async function takeMicrophone(): Promise<void> {
  try {
    await sound.take();
  } catch (error) {
    // A picture without sound is worth more than none.
    broadcastFault.value = asFault(error);
  }
}

function follow(): void {
  if (!publisher) return;
  const { state, fault, sending } = publisher;
  if (state === 'stopped') {
    if (fault) broadcastFault.value = asFault(fault);
    end();
    return;
  }
  const before = broadcast.value?.state;
  if (state !== before && state === 'live') announce('On air');
  if (state !== before && state === 'reconnecting') announce('The media server is lost; trying again');
  broadcast.value = { state, fault: fault && asFault(fault), sending };
}

function end(): void {
  for (const stop of release) stop();
  release = [];
  publisher = null;
  sound.drop();
  broadcast.value = null;
  broadcasting.value = false;
  announce('Off air');
}
