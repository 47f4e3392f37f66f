import { effect as watch } from '@preact/signals';
import type { LinkParameters } from '../base/link-parameters.ts';
import { ignoreRejection } from '../base/ignore-rejection.ts';
import { keepScreenAwake, needsScreen, watchVisibility } from '../shell/screen-wake.ts';
import { listenForShortcuts, type Shortcut } from '../shell/shortcut.ts';
import { isCameraGranted } from '../source/open-source.ts';
import { firstSource } from './first-source.ts';
import { keepForOffline } from './offline-copy.ts';
import { startRemoteControl } from './remote-control.ts';
import type { Studio } from './studio.ts';

/** Connects the stores with the page and the computer's devices. */
export function startStudio(studio: Studio, shortcuts: readonly Shortcut[]): void {
  const { source, output, layout, microphone, call, recording, conversions, obs } = studio;
  showStateInDocument(studio);
  studio.linkNotice.show();
  layout.start();
  source.start();
  studio.film.start();
  output.start();
  mirrorBackground(studio);
  conversions.start();
  call.start();
  microphone.start(call.isIn);
  studio.speaker.start(microphone.current);
  obs.start();
  startRemoteControl(studio);
  listenForShortcuts(shortcuts, studio);
  recording.start();
  keepForOffline(studio);
  keepAwake(studio);
}

/** The stage is mirrored by its style sheet. Somebody's own background must not be. */
function mirrorBackground({ effect, mirror }: Studio): void {
  watch(() => {
    const mirrored = mirror.mirrored.value;
    // A dead worker is reported elsewhere.
    if (effect.current.value) ignoreRejection(effect.current.value.setMirrored(mirrored));
  });
}

/** Without https the browser gives no lock. */
function keepAwake(studio: Studio): void {
  const { wakeLock } = navigator as { wakeLock?: WakeLock };
  if (!wakeLock) return;
  const wanted = needsScreen(studio);
  keepScreenAwake({ wanted, visible: watchVisibility(), request: () => wakeLock.request() });
}

/** Other programs read `data-state`, and the style sheets read `data-theme`. */
function showStateInDocument({ page, preferences, recording }: Studio): void {
  const { dataset } = document.documentElement;
  const { title } = document;
  watch(() => {
    // While the tab is hidden its title is all that can be seen.
    document.title = recording.isRecording.value ? `● ${title}` : title;
  });
  watch(() => {
    dataset.state = page.state.value;
  });
  watch(() => {
    const { theme } = preferences.current.value;
    if (theme === 'system') delete dataset.theme;
    else dataset.theme = theme;
  });
}

/** Creates the effect and opens what the page starts with; never rejects. */
export async function openFirstPicture(studio: Studio, link: LinkParameters): Promise<void> {
  const { source, effect, background, preferences, clips } = studio;
  const askedByLink = link.input !== undefined || link.autostart === true;
  const request = await firstSource(link, preferences.current.value, isCameraGranted);
  await Promise.all([effect.start(), background.restore(), request && source.open(request, !askedByLink)]);
  await clips.recover();
}
