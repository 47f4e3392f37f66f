import { BroadcastButton } from '../broadcast/BroadcastButton.tsx';
import { useCall } from '../call/call-store.ts';
import { useMirror } from '../source/mirror-store.ts';
import { useCompare } from '../stage/compare-store.ts';
import { IconButton } from '../ui/controls.tsx';
import { SETTINGS_BUTTON_ID, usePanel } from './panel-store.ts';
import { useWindow } from './window-store.ts';

/** @param started - whether there is a picture, or one is opening. Most tools need one. */
export function ToolButtons({ started }: { started: boolean }) {
  const { helpOpen } = useWindow();
  return (
    <div class="tools" role="group" aria-label="Tools">
      {started && <PictureButtons />}
      {started && <BroadcastButton />}
      <FullScreenButton />
      <IconButton
        icon="help"
        label="Help and shortcuts"
        keyName="?"
        onClick={() => {
          helpOpen.value = true;
        }}
      />
      {started && <SettingsButton />}
    </div>
  );
}

function PictureButtons() {
  const compare = useCompare();
  const mirror = useMirror();
  const { isOpen } = useCall();
  return (
    <>
      <IconButton
        icon="compare"
        label="Before and after"
        keyName="B"
        pressed={compare.on.value}
        onClick={compare.toggle}
      />
      <IconButton
        icon="mirror"
        label="Mirror"
        // In a call this key mutes the microphone.
        {...(!isOpen.value && { keyName: 'M' })}
        pressed={mirror.mirrored.value}
        onClick={mirror.toggle}
      />
    </>
  );
}

function FullScreenButton() {
  const { canFullScreen, fullScreen, toggleFullScreen } = useWindow();
  if (!canFullScreen) return null;
  return (
    <IconButton
      icon={fullScreen.value ? 'shrink' : 'fullscreen'}
      label={fullScreen.value ? 'Exit full screen' : 'Full screen'}
      keyName="F"
      onClick={toggleFullScreen}
    />
  );
}

function SettingsButton() {
  const { isOpen, toggle } = usePanel();
  return (
    <IconButton
      id={SETTINGS_BUTTON_ID}
      icon="sliders"
      label="Settings"
      keyName="P"
      expanded={isOpen.value}
      onClick={toggle}
    />
  );
}
