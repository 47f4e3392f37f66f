import { DeviceSelect } from '../ui/DeviceSelect.tsx';
import { useSpeaker } from './speaker-store.ts';

/** Chooses where the others are heard from, in browsers that let pages choose. */
export function SpeakerSelect() {
  const { current, devices, choose } = useSpeaker();
  if (devices.value.length === 0 || !('setSinkId' in HTMLMediaElement.prototype)) return null;
  return (
    <DeviceSelect
      icon="speaker"
      label="Loudspeaker"
      devices={devices.value}
      current={current.value}
      placeholder="The system’s loudspeaker"
      onChoose={choose}
    />
  );
}
