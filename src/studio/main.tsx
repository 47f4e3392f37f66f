import { render } from 'preact';
import { tellAboutAddress } from './address.ts';
import { App } from './App.tsx';
import { watchAspect } from './aspect.ts';
import { startCalls } from './call.ts';
import { findLeftClips } from './clips.ts';
import { startControl } from './control.ts';
import { startConversions } from './conversions.ts';
import { startEffect } from './engine.ts';
import { listenForKeys } from './keys.ts';
import { restorePicture } from './look.ts';
import { keepForOffline } from './offline.ts';
import { startObs } from './obs.ts';
import { guardRecording } from './recording.ts';
import { cameraGranted, open, startSources, type SourceRequest } from './sources.ts';
import { address, choices } from './state.ts';

/** What to play without being asked again, or null to ask. */
async function firstRequest(): Promise<SourceRequest | null> {
  const { input, autostart, room } = address.parameters;
  if (input) return input.kind === 'video' ? { kind: 'video', from: input.url } : input;
  if (autostart === true || room !== undefined) return { kind: 'camera' };
  const { welcomed, lastInput } = choices.value;
  if (!welcomed) return null;
  if (lastInput === 'demo') return { kind: 'demo' };
  return (await cameraGranted()) ? { kind: 'camera' } : null;
}

async function begin(): Promise<void> {
  const { input, autostart } = address.parameters;
  const askedByAddress = input !== undefined || autostart === true;
  const request = await firstRequest();
  await Promise.all([startEffect(), restorePicture(), request && open(request, !askedByAddress)]);
}

tellAboutAddress();
watchAspect();
startSources();
startConversions();
startCalls();
startObs();
startControl();
listenForKeys();
guardRecording();
keepForOffline();
render(<App />, document.getElementById('app')!);
await begin();
await findLeftClips();
