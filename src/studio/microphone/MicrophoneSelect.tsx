import { DeviceSelect } from '../ui/DeviceSelect.tsx';
import { useMicrophone } from './microphone-store.ts';

/** Chooses the microphone, before a call and during it. */
export function MicrophoneSelect() {
  const { current, devices, open } = useMicrophone();
  return (
    <DeviceSelect
      icon="microphone"
      label="Microphone"
      devices={devices.value}
      current={current.value?.deviceId ?? ''}
      placeholder={current.value?.label ?? 'No microphone'}
      onChoose={(deviceId) => void open(deviceId)}
    />
  );
}
