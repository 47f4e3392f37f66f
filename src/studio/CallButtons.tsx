import { cameraOn, muted, toggleCamera, toggleMute } from './call.ts';
import { Icon, type IconName } from './icons.tsx';
import { effectOn, toggleEffect } from './offer.ts';

interface ButtonProps {
  icon: IconName;
  /** What a press does now. */
  label: string;
  keyName?: string;
  /** Whether what it is about is off: the state that one must not overlook. */
  off: boolean;
  onClick: () => void;
}

function Round({ icon, label, keyName, off, onClick }: ButtonProps) {
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
      <Icon name={icon} />
    </button>
  );
}

export function MicrophoneButton() {
  const off = muted.value;
  return (
    <Round
      icon={off ? 'microphone-off' : 'microphone'}
      label={off ? 'Turn the microphone on' : 'Turn the microphone off'}
      keyName="M"
      off={off}
      onClick={toggleMute}
    />
  );
}

export function CameraButton() {
  const off = !cameraOn.value;
  return (
    <Round
      icon={off ? 'camera-off' : 'camera'}
      label={off ? 'Turn the camera on' : 'Turn the camera off'}
      keyName="V"
      off={off}
      onClick={toggleCamera}
    />
  );
}

export function EffectButton() {
  const off = !effectOn.value;
  return (
    <Round
      icon="palette"
      label={off ? 'Turn the cartoon on' : 'Turn the cartoon off'}
      off={off}
      onClick={toggleEffect}
    />
  );
}
