import { cameraOn, muted, toggleCamera, toggleMute } from './call.ts';
import { Icon, type IconName } from './icons.tsx';
import { effectOn, toggleEffect } from './offer.ts';

interface ToggleProps {
  /** What is turned on and off, as in "the microphone". */
  what: string;
  /** While it is on, and while it is off. */
  icons: readonly [on: IconName, off: IconName];
  keyName?: string;
  /** The state that one must not overlook. */
  off: boolean;
  onClick: () => void;
}

function Toggle({ what, icons, keyName, off, onClick }: ToggleProps) {
  // What a press does now.
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
      <Icon name={icons[off ? 1 : 0]} />
    </button>
  );
}

export const MicrophoneButton = () => (
  <Toggle
    what="microphone"
    icons={['microphone', 'microphone-off']}
    keyName="M"
    off={muted.value}
    onClick={toggleMute}
  />
);

export const CameraButton = () => (
  <Toggle
    what="camera"
    icons={['camera', 'camera-off']}
    keyName="V"
    off={!cameraOn.value}
    onClick={toggleCamera}
  />
);

export const EffectButton = () => (
  <Toggle what="cartoon" icons={['palette', 'palette']} off={!effectOn.value} onClick={toggleEffect} />
);
