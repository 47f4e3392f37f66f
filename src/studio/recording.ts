import { computed, effect, signal } from '@preact/signals';
import { openMicrophone, type Microphone } from '../call/microphone.ts';
import { PortoonError } from '../effect/errors.ts';
import type { Offer, FormatId } from '../record/formats.ts';
import type { RecordingNotice } from '../record/protocol.ts';
import type { Recorder } from '../record/recorder.ts';
import { SoundMix } from '../record/sound-mix.ts';
import { members, microphone as callMicrophone, tellRecording } from './call.ts';
import { addClip, checkRoom } from './clips.ts';
import type { ClipFormat } from './choices.ts';
import { theEffect } from './engine.ts';
import { look } from './look.ts';
import { retract, tell, tellFault } from './notices.ts';
import { offers, recorder, widestHere } from './recorder.ts';
import { sourceStatus } from './sources.ts';
import { announce, callStage, choices, choose, pageState } from './state.ts';

/** Seconds that a replay keeps. */
export const REPLAY_SECONDS = 15;

export type RecordingStage = 'off' | 'starting' | 'recording' | 'paused' | 'finishing';
export const recordingStage = signal<RecordingStage>('off');
/** How far the clip is: its seconds without the pauses, and its bytes. */
export const recordingState = signal({ seconds: 0, bytes: 0 });
/** Whether the last seconds are kept at hand. */
export const replayOn = signal(false);

/** The chosen format, where it can be had here; else the one that plays in most places. */
export const chosenFormat = computed<FormatId>(() => {
  const { clipFormat } = choices.value;
  const impossible = offers.value.some(({ format, possible }) => format.id === clipFormat && !possible);
  return clipFormat === null || impossible ? widestHere.value : clipFormat;
});

/** There is a picture that could be recorded. */
export const canRecord = computed(() => pageState.value === 'running' && sourceStatus.value === 'live');
/** Whether the last seconds can be kept: packets are, which the browser's own recorder does not give. */
export const canReplay = computed(() =>
  offers.value.some(({ video, recorder }) => video !== null && recorder === null),
);
/** A clip is being recorded, or about to be. */
export const recording = computed(() => recordingStage.value !== 'off');

/** The microphone, where it was opened for the clip alone. */
let own: Microphone | null = null;
/** Everybody's sound, and what ends it. */
let mixing: { mix: SoundMix; stop: () => void } | null = null;
/** What stood behind the person before a transparent clip. */
let formerBackground: string | null = null;

export function chooseFormat(id: ClipFormat): void {
  choose({ clipFormat: id });
}

/** Begins a clip, or ends the one that runs. */
export function toggleRecording(): void {
  if (recordingStage.value === 'off') void startRecording();
  else if (recordingStage.value !== 'starting') void stopRecording();
}

/** Never rejects: what goes wrong is shown. */
export async function startRecording(format?: FormatId): Promise<void> {
  if (recordingStage.value !== 'off') return;
  if (!canRecord.value) {
    announce('There is no picture to record yet');
    return;
  }
  retract('recording');
  recordingStage.value = 'starting';
  recordingState.value = { seconds: 0, bytes: 0 };
  try {
    const using = await recorder();
    using.died.catch(lose);
    const offer = offerFor(format);
    await checkRoom();
    if (replayOn.value) await using.stopReplay();
    const sound = offer.audio ? ((await openCallSound()) ?? (await openSound())) : null;
    if (offer.format.id === 'webm-alpha') await clearBackground();
    await using.start({ offer, sound, onNotice });
    recordingStage.value = 'recording';
    announce(offer.format.id === 'png' ? 'Taking a picture' : 'Recording');
  } catch (error) {
    ended();
    tellFault('recording', error);
  }
}

/** The worker died: what it had written is found again on the next visit. */
function lose(error: unknown): void {
  if (recordingStage.value === 'off') return;
  replayOn.value = false;
  ended();
  tellFault('recording', error);
}

export function togglePause(): void {
  const { value: stage } = recordingStage;
  if (stage !== 'recording' && stage !== 'paused') return;
  const pausing = stage === 'recording';
  recordingStage.value = pausing ? 'paused' : 'recording';
  announce(pausing ? 'Recording paused' : 'Recording goes on');
  recorder()
    .then((using) => (pausing ? using.pause() : using.resume()))
    .catch((error: unknown) => {
      tellFault('recording', error);
    });
}

/** Ends the clip and offers it. Never rejects. */
export async function stopRecording(): Promise<void> {
  if (recordingStage.value !== 'recording' && recordingStage.value !== 'paused') return;
  recordingStage.value = 'finishing';
  try {
    const name = await (await recorder()).stop();
    if (name !== null) await addClip(name);
    else
      tell({
        topic: 'recording',
        tone: 'info',
        title: 'Nothing was recorded',
        text: 'No picture came in time.',
      });
  } catch (error) {
    tellFault('recording', error);
  }
  ended();
}

/** Keeps the last seconds at hand from now on, or no longer. */
export async function toggleReplay(): Promise<void> {
  replayOn.value = !replayOn.value;
  announce(replayOn.value ? 'Instant replay on' : 'Instant replay off');
  try {
    const using = await recorder();
    if (recordingStage.value === 'off') {
      if (replayOn.value) await beginReplay(using);
      else {
        await using.stopReplay();
        closeSound();
      }
    }
  } catch (error) {
    replayOn.value = false;
    closeSound();
    tellFault('replay', error);
  }
}

/** Makes a clip of the last seconds. */
export async function saveReplay(): Promise<void> {
  if (!replayOn.value || recordingStage.value !== 'off') return;
  try {
    const name = await (await recorder()).saveReplay(replayOffer().format.extension);
    if (name !== null) await addClip(name);
    else announce('There is nothing to save yet');
  } catch (error) {
    tellFault('replay', error);
  }
}

async function beginReplay(using: Recorder): Promise<void> {
  const offer = replayOffer();
  const sound = offer.audio ? await openSound() : null;
  await using.startReplay(
    {
      offer,
      sound,
      onNotice: (notice) => {
        if (notice.type !== 'fault') return;
        replayOn.value = false;
        tellFault('replay', faultAsError(notice.fault));
      },
    },
    REPLAY_SECONDS,
  );
}

function onNotice(notice: RecordingNotice): void {
  switch (notice.type) {
    case 'progress':
      recordingState.value = notice.state;
      break;
    case 'full':
      void stopRecording();
      break;
    case 'fault':
      tellFault('recording', faultAsError(notice.fault));
      void stopRecording();
      break;
  }
}

function faultAsError({ code, message, wayOut }: Extract<RecordingNotice, { type: 'fault' }>['fault']) {
  return new PortoonError(code, message, wayOut);
}

function offerFor(format = chosenFormat.value): Offer {
  const offer = offers.value.find((one) => one.format.id === format);
  if (offer?.possible) return offer;
  throw new PortoonError(
    'ERR_RECORDING',
    'This browser cannot write films of this kind.',
    'Choose another format, or use a current Chrome, Edge or another Chromium.',
  );
}

/** A replay is a film: where another format is chosen, the one that plays in most places. */
function replayOffer(): Offer {
  if (!canReplay.value)
    throw new PortoonError(
      'ERR_RECORDING',
      'This browser gives pages no encoder, so that the last seconds cannot be kept.',
      'Record a clip, or use a current Chrome, Edge, Firefox or Safari.',
    );
  const film = offers.value.some(({ format, video }) => format.id === chosenFormat.value && video !== null);
  return offerFor(film ? chosenFormat.value : widestHere.value);
}

/** The call's microphone, else one of our own. Without one the clip is silent, which is told. */
async function openSound(): Promise<MediaStreamTrack | null> {
  if (!choices.value.clipSound) return null;
  if (callStage.value !== 'none') return callMicrophone.value?.track ?? null;
  if (own) return own.track;
  try {
    // Outside a call the studio makes no sound.
    own = await openMicrophone(choices.value.microphoneId ?? undefined, { echoCancellation: false });
    return own.track;
  } catch (error) {
    tellFault('recording-sound', error);
    return null;
  }
}

/** Everybody's sound, where it is wanted and all were told; else null. */
async function openCallSound(): Promise<MediaStreamTrack | null> {
  if (!inCall() || !choices.value.clipCall) return null;
  try {
    await tellRecording(true);
  } catch (error) {
    tellFault('recording-sound', error);
    return null;
  }
  // Who hung up meanwhile is with nobody, and the next to come have not been told.
  if (!inCall()) return null;
  const mix = new SoundMix();
  const stop = effect(() => {
    if (!inCall()) {
      mix.set([]);
      queueMicrotask(endWithCall);
      return;
    }
    const mine = choices.value.clipSound ? callMicrophone.value?.track : undefined;
    const theirs = members.value.flatMap(({ stream }) => stream?.getAudioTracks() ?? []);
    mix.set(mine ? [mine, ...theirs] : theirs);
  });
  mixing = { mix, stop };
  return mix.track;
}

// Asked for anew after each wait.
function inCall(): boolean {
  return callStage.value === 'in';
}

/** A clip with everybody's sound is one of this call. */
function endWithCall(): void {
  closeCallSound();
  if (!recording.value) return;
  announce('The recording ended with the call');
  void stopRecording();
}

function closeCallSound(): void {
  if (!mixing) return;
  mixing.stop();
  mixing.mix.close();
  mixing = null;
  tellRecording(false).catch((error: unknown) => {
    tellFault('recording-sound', error);
  });
}

function closeSound(): void {
  own?.stop();
  own = null;
}

async function clearBackground(): Promise<void> {
  if (look.value.background === 'transparent') return;
  formerBackground = look.value.background;
  await theEffect.value?.set({ background: 'transparent' });
}

/** Whatever was there for the clip alone goes. */
function ended(): void {
  recordingStage.value = 'off';
  closeCallSound();
  if (formerBackground !== null && look.value.background === 'transparent')
    theEffect.value?.set({ background: formerBackground }).catch((error: unknown) => {
      tellFault('look:background', error);
    });
  formerBackground = null;
  if (!replayOn.value) {
    closeSound();
    return;
  }
  recorder()
    .then(beginReplay)
    .catch((error: unknown) => {
      replayOn.value = false;
      tellFault('replay', error);
    });
}

/** Who leaves over a running recording is asked. What was recorded is found again either way. */
export function guardRecording(): void {
  addEventListener('beforeunload', (event) => {
    if (recording.value) event.preventDefault();
  });
}
