import { useStyles } from '../look/styles-store.ts';
import { useMicrophone } from '../microphone/microphone-store.ts';
import type { IconName } from '../ui/icon-drawings.tsx';
import { Icon } from '../ui/Icon.tsx';
import { useKeyName } from '../ui/key-name.ts';
import { useCameraSwitch } from './camera-switch-store.ts';

interface CallToggleProps {
  /** What is turned on and off, as in "the microphone". */
  what: string;
  icons: { on: IconName; off: IconName };
  /** The keyboard shortcut. */
  keyName?: string;
  off: boolean;
  onClick: () => void;
}

/** A button of a call. Being off is what must not be overlooked, so that state is highlighted. */
function CallToggle({ what, icons, keyName: key, off, onClick }: CallToggleProps) {
  const keyName = useKeyName(key);
  const label = `Turn the ${what} ${off ? 'on' : 'off'}`;
  return (
    <button
      type="button"
      class="call-tool"
      data-off={off || undefined}
      aria-label={label}
      aria-keyshortcuts={keyName}
      title={keyName ? `${label} (${keyName})` : label}
      onClick={onClick}
    >
      <Icon name={off ? icons.off : icons.on} />
    </button>
  );
}

export function MicrophoneToggle() {
  const { off, toggle } = useMicrophone();
  return (
    <CallToggle
      what="microphone"
      icons={{ on: 'microphone', off: 'microphone-off' }}
      keyName="M"
      off={off.value}
      onClick={toggle}
    />
  );
}

export function CameraToggle() {
  const { cameraOn, toggle } = useCameraSwitch();
  return (
    <CallToggle
      what="camera"
      icons={{ on: 'camera', off: 'camera-off' }}
      keyName="V"
      off={!cameraOn.value}
      onClick={toggle}
    />
  );
}

export function StyleToggle() {
  const { isOn, toggle } = useStyles();
  return (
    <CallToggle what="cartoon" icons={{ on: 'palette', off: 'palette' }} off={!isOn.value} onClick={toggle} />
  );
}
