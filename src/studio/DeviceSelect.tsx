import { microphone, microphones, useMicrophone } from './call.ts';
import { Icon } from './icons.tsx';

interface Device {
  deviceId: string;
  label: string;
}

/** One of several cameras or microphones, by name. */
export function DeviceSelect({
  icon,
  label,
  list,
  current,
  none,
  onChoose,
}: {
  icon: 'camera' | 'microphone';
  label: string;
  list: readonly Device[];
  current: string;
  /** What is shown while none of the list is on. */
  none: string;
  onChoose: (deviceId: string) => void;
}) {
  const known = list.some(({ deviceId }) => deviceId === current);
  return (
    <label class="select">
      <Icon name={icon} />
      <select
        aria-label={label}
        value={known ? current : ''}
        onChange={(event) => {
          if (event.currentTarget.value) onChoose(event.currentTarget.value);
        }}
      >
        {!known && <option value="">{none}</option>}
        {list
          .filter(({ deviceId }) => deviceId !== '')
          .map(({ deviceId, label: name }) => (
            <option key={deviceId} value={deviceId}>
              {name}
            </option>
          ))}
      </select>
      <Icon name="chevron" />
    </label>
  );
}

/** Before a call and in it. */
export function MicrophoneSelect() {
  return (
    <DeviceSelect
      icon="microphone"
      label="Microphone"
      list={microphones.value}
      current={microphone.value?.deviceId ?? ''}
      none={microphone.value ? microphone.value.label : 'No microphone'}
      onChoose={(deviceId) => void useMicrophone(deviceId)}
    />
  );
}
