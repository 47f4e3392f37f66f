import { computed, effect, signal } from '@preact/signals';
import { PortoonError } from '../effect/errors.ts';
import type { Fault } from '../effect/protocol.ts';
import { onDevicesChanged } from '../input/camera.ts';
import {
  listMicrophones,
  openMicrophone,
  type Microphone,
  type MicrophoneDevice,
} from '../call/microphone.ts';
import { newRoom } from '../call/link.ts';
import { holdRoom, type Release } from '../call/one-tab.ts';
import { Room, type Member } from '../call/room.ts';
import { Speech, SPEECH_LOOK_MS } from '../call/speech.ts';
import { fatalFault } from './engine.ts';
import { asFault, retract, tell, tellFault, titleOf } from './notices.ts';
import {
  closeSource,
  filming,
  hasAudience,
  open,
  outgoing,
  sending,
  source,
  sourceStatus,
  type SourceRequest,
} from './sources.ts';
import { address, announce, callStage, choices, choose } from './state.ts';

export const room = signal<string | null>(address.parameters.room ?? null);
/** Whether this page made the room, and so the words are those of somebody who invites. */
export const inviting = signal(false);
export const members = signal<readonly Member[]>([]);
export const isHost = signal(false);
export const locked = signal(false);
/** Whether the server is heard; without it the call goes on, but nobody new can come. */
export const signalling = signal(true);
/** Why the server is there and does not let us back in; the call goes on, and it is asked again. */
export const refusal = signal<Fault | null>(null);
/** Why joining did not work, until it is tried again. */
export const callFault = signal<Fault | null>(null);

export const microphone = signal<Microphone | null>(null);
export const microphones = signal<readonly MicrophoneDevice[]>([]);
export const microphoneFault = signal<Fault | null>(null);
export const muted = signal(false);
/** Whether the others hear one speak. */
export const speaking = signal(false);
/** What to open when the camera is switched on again; null while it is on. */
const cameraOff = signal<SourceRequest | null>(null);
/** A picture that is about to come counts: a change of camera is no pause. */
export const cameraOn = computed(() => source.value !== null || sourceStatus.value === 'opening');
/** Whether the others get a picture: what the camera gives leaves only as a cartoon. */
export const pictured = computed(() => cameraOn.value && fatalFault.value === null);

/** Whether the sound of everybody is being recorded here, and they were told. */
export const recordsCall = signal(false);

const myName = computed(() => choices.value.name);

let call: Room | null = null;
/** While this tab is the one in the room. */
let release: Release | null = null;
/** Whether the room is an entry of its own in the browser's history. */
let pushed = false;

export function linkTo(id: string): string {
  return `${location.origin}${location.pathname}?room=${id}`;
}

/** "Call": a room nobody can guess, and the lobby before it. */
export function startCall(): void {
  if (callStage.value === 'none') void newRoom().then(invite);
}

function invite(id: string): void {
  if (callStage.value !== 'none') return;
  room.value = id;
  inviting.value = true;
  history.pushState(null, '', linkTo(id));
  pushed = true;
  openLobby();
}

/** Gets ready for a call: picture and sound, for oneself alone. */
function openLobby(): void {
  callStage.value = 'lobby';
  callFault.value = null;
  announce(inviting.value ? 'A new call. Choose how you look and join.' : 'Choose how you look and join.');
  if (source.value === null && sourceStatus.value !== 'opening') void open({ kind: 'camera' });
  void useMicrophone();
}

/** The newest wish for a microphone; answers to older ones are thrown away. */
let wishes = 0;

/** Opens a microphone, the remembered one or another. Never rejects: what goes wrong is shown where one chooses. */
export async function useMicrophone(deviceId = choices.value.microphoneId): Promise<void> {
  const mine = ++wishes;
  microphone.value?.stop();
  microphone.value = null;
  microphoneFault.value = null;
  try {
    const next = await openMicrophone(deviceId ?? undefined);
    if (callStage.value === 'none' || mine !== wishes) {
      next.stop();
      return;
    }
    next.track.enabled = !muted.value;
    next.track.addEventListener('ended', () => {
      if (microphone.value === next) void useMicrophone();
    });
    microphone.value = next;
    choose({ microphoneId: next.deviceId ?? null });
  } catch (error) {
    if (mine !== wishes) return;
    microphoneFault.value = asFault(error);
  }
  await attempt(call?.setAudio(microphone.value?.track ?? null));
  await refreshMicrophones();
}

async function refreshMicrophones(): Promise<void> {
  try {
    microphones.value = await listMicrophones();
  } catch {
    // Without a list there is no choice; the one that runs goes on.
  }
}

/** @param instead - of another tab of this browser that is in the call. */
export async function join(instead = false): Promise<void> {
  const id = room.value;
  if (id === null || callStage.value !== 'lobby') return;
  callStage.value = 'joining';
  callFault.value = null;
  sending.value = true;
  try {
    const held = await holdRoom(id, instead, () => {
      if (room.value !== id) return;
      call?.leave();
      fall(elsewhere('You joined it there.', 'Go on there, or call again here.'));
    });
    if (room.value !== id) {
      held?.();
      return;
    }
    release = held;
    if (!held) throw elsewhere('You are in it already.', 'Go on there, or join here instead.');
    const joined = await Room.join({
      room: id,
      name: choices.value.name,
      muted: muted.value,
      camera: pictured.value,
      video: outgoing.value,
      audio: microphone.value?.track ?? null,
      onChange: follow,
      onJoined: (member) => {
        retract(`left:${member.id}`);
        announce(`${nameOf(member.name)} joined`);
      },
      onLeft: (member) => {
        const title = `${nameOf(member.name)} left the call`;
        announce(`${nameOf(member.name)} left`);
        tell({ topic: `left:${member.id}`, tone: 'info', title, text: '' });
      },
      onEnded: fall,
    });
    // Left while joining.
    if (room.value !== id) {
      joined.leave();
      return;
    }
    call = joined;
    // What changed while the server was asked.
    await Promise.all([joined.setVideo(outgoing.value), joined.setAudio(microphone.value?.track ?? null)]);
    // Left, or taken out, in this last step.
    if (call !== joined) return;
    callStage.value = 'in';
    follow();
    announce(members.value.length === 0 ? 'You are in the call, alone so far' : 'You are in the call');
  } catch (error) {
    if (room.value !== id) return;
    // Nobody is half in.
    call?.leave();
    call = null;
    callStage.value = 'lobby';
    sending.value = false;
    release?.();
    release = null;
    callFault.value = asFault(error);
  }
}

/** Out of the call against one's will. */
function fall(error: PortoonError): void {
  call = null;
  ended();
  tellFault('call', error);
}

function elsewhere(what: string, wayOut: string): PortoonError {
  return new PortoonError(
    'ERR_CALL_ELSEWHERE',
    `The call is in another tab of this browser. ${what}`,
    wayOut,
  );
}

/**
 * Tells everybody that their sound is recorded from now on, or no longer.
 * @throws PortoonError where they cannot be told.
 */
export async function tellRecording(on: boolean): Promise<void> {
  if (on && !call?.signalling)
    throw new PortoonError(
      'ERR_SIGNALLING',
      'The others cannot be told that they are recorded: the server is away.',
      'Only you are heard in the clip. Record again once the server is back.',
    );
  recordsCall.value = on;
  try {
    await call?.tell({ recording: on });
  } catch (error) {
    recordsCall.value = false;
    // Else it would be told later, when nothing is recorded.
    call?.tell({ recording: false }).catch(() => undefined);
    throw error;
  }
}

/** What a person is called who gave no name. */
export function nameOf(name: string): string {
  return name || 'Guest';
}

function follow(): void {
  if (!call) return;
  if (signalling.value && !call.signalling) announce('The server is away; the call goes on');
  if (call.signalling) retract('server');
  followRefusal(call.refusal);
  followRelay(call.relayFault);
  const before = members.value;
  members.value = [...call.members.values()];
  for (const { id, name, recording } of members.value) {
    const recorded = before.some((one) => one.id === id && one.recording);
    if (recording && !recorded) {
      announce(`${nameOf(name)} records the call`);
      tell({
        topic: `recorded:${id}`,
        tone: 'info',
        title: `${nameOf(name)} records the call`,
        text: 'What you say is in their clip. Your picture is not.',
      });
    } else if (recorded && !recording) announce(`${nameOf(name)} records no longer`);
  }
  isHost.value = call.host;
  locked.value = call.locked;
  signalling.value = call.signalling;
}

/** Says why the server does not let us back in, once for each reason. */
function followRefusal(now: PortoonError | null): void {
  if (now?.code === refusal.value?.code) return;
  refusal.value = now && asFault(now);
  if (!now) {
    retract('refusal');
    return;
  }
  const { code, message, wayOut } = now;
  // A crowd is waited out without the person's doing.
  const rest = code === 'ERR_TOO_MANY' ? '' : ` ${wayOut}`;
  tell({
    topic: 'refusal',
    tone: 'problem',
    title: titleOf(code),
    text: `The server does not let you back in: ${message} The call goes on with those who are in it, and joining again is tried by itself.${rest}`,
    code,
  });
}

let relayFault: PortoonError | null = null;

/** Says that the relay keeps somebody out of reach, as long as it does. */
function followRelay(now: PortoonError | null): void {
  if (now === relayFault) return;
  relayFault = now;
  if (now) tellFault('relay', now);
  else retract('relay');
}

/** Hangs up: camera and microphone are free, and the page is the studio again. */
export function leave(): void {
  if (callStage.value === 'none') return;
  call?.leave();
  call = null;
  announce('You left the call');
  ended();
}

function ended(): void {
  // The lobby of a link opened the camera itself; that of one's own call found it, or was asked for it in the studio.
  const wasGuest = callStage.value !== 'in' && !inviting.value;
  const wasIn = callStage.value === 'in';
  callStage.value = 'none';
  release?.();
  release = null;
  members.value = [];
  recordsCall.value = false;
  room.value = null;
  inviting.value = false;
  callFault.value = null;
  sending.value = false;
  isHost.value = false;
  locked.value = false;
  signalling.value = true;
  followRefusal(null);
  followRelay(null);
  // Told in the middle of the page from now on.
  if (fatalFault.value) retract('effect');
  microphone.value?.stop();
  microphone.value = null;
  cameraOff.value = null;
  retract('call');
  retract('server');
  // Whoever hangs up wants to be seen no more, but by those who look on elsewhere; whoever only looked into the lobby of their own call goes on as before.
  if ((wasIn || wasGuest) && filming() && !hasAudience.value) closeSource();
  const { pathname } = location;
  if (pushed) history.back();
  else history.replaceState(null, '', pathname);
  pushed = false;
}

export function toggleMute(): void {
  muted.value = !muted.value;
  const { value: open } = microphone;
  if (open) open.track.enabled = !muted.value;
  announce(muted.value ? 'Microphone off' : 'Microphone on');
}

/** Camera off frees the camera: its light goes out. */
export function toggleCamera(): void {
  if (cameraOn.value) {
    cameraOff.value = closeSource();
    announce('Camera off');
  } else {
    void open(cameraOff.value ?? { kind: 'camera' });
    cameraOff.value = null;
  }
}

export async function toggleLock(): Promise<void> {
  await attempt(call?.lock(!locked.value));
}

export async function removeMember(id: string): Promise<void> {
  const { name = '' } = members.value.find((member) => member.id === id) ?? {};
  if (await attempt(call?.remove(id)))
    tell({
      topic: `left:${id}`,
      tone: 'info',
      title: `${nameOf(name)} was removed`,
      text: 'The call is locked now: nobody joins until you unlock it under People.',
    });
}

/** Whether it worked; what went wrong is shown. */
async function attempt(done: Promise<void> | undefined): Promise<boolean> {
  try {
    await done;
    return true;
  } catch (error) {
    const { code, message, wayOut } = asFault(error);
    if (code === 'ERR_SIGNALLING') {
      const title = refusal.value ? titleOf(refusal.value.code) : 'The server is away';
      tell({ topic: 'server', tone: 'problem', title, text: `${message} ${wayOut}`, code });
    } else tellFault('call', error);
    return false;
  }
}

export const canShare = 'share' in navigator;

/** Hands the link to another program, as phones do it. */
export async function shareLink(): Promise<void> {
  if (room.value === null) return;
  try {
    await navigator.share({ title: 'Portoon', text: 'Join my call', url: linkTo(room.value) });
  } catch {
    // The person thought better of it.
  }
}

/** Puts the link on the clipboard. Whether it worked. */
export async function copyLink(): Promise<boolean> {
  if (room.value === null) return false;
  try {
    await navigator.clipboard.writeText(linkTo(room.value));
    announce('Link copied');
    return true;
  } catch {
    tell({
      topic: 'link',
      tone: 'problem',
      title: 'The link was not copied',
      text: 'The browser keeps the clipboard to itself. Mark the link and copy it by hand.',
    });
    return false;
  }
}

/** Follows what the page sends, and a lobby that the address asks for. */
export function startCalls(): void {
  effect(() => {
    const track = outgoing.value;
    call?.setVideo(track).catch((error: unknown) => {
      tellFault('call', error);
    });
  });
  effect(() => {
    const state = { name: myName.value, muted: muted.value, camera: pictured.value };
    // Told again with the next join, should the server be away.
    call?.tell(state).catch(() => undefined);
  });
  effect(() => {
    const heard = callStage.value === 'in' && !muted.value ? microphone.value : null;
    speaking.value = false;
    if (!heard) return;
    const speech = new Speech();
    const timer = setInterval(() => {
      speaking.value = speech.hear(heard.level(), performance.now());
    }, SPEECH_LOOK_MS);
    return () => {
      clearInterval(timer);
    };
  });
  onDevicesChanged(() => {
    if (callStage.value === 'none') return;
    if (microphone.value === null) void useMicrophone();
    else void refreshMicrophones();
  });
  addEventListener('popstate', () => {
    // Back out of the call's address is out of the call.
    pushed = false;
    const there = new URLSearchParams(location.search).get('room');
    if (callStage.value !== 'none' && there !== room.value) leave();
  });
  if (callStage.value === 'lobby') void useMicrophone();
}
