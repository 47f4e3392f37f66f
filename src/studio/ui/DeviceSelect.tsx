import { Icon } from './Icon.tsx';

interface Device {
  deviceId: string;
  label: string;
}

interface DeviceSelectProps {
  icon: 'camera' | 'microphone' | 'speaker';
  label: string;
  id?: string;
  devices: readonly Device[];
  /** Id of the device in use; empty if there is none. */
  current: string;
  /** Shown while no device of the list is in use. */
  placeholder: string;
  onChoose: (deviceId: string) => void;
}

/** A list of devices, by name. */
export function DeviceSelect({
  icon,
  label,
  id,
  devices,
  current,
  placeholder,
  onChoose,
}: DeviceSelectProps) {
  const known = devices.some(({ deviceId }) => deviceId === current);
  return (
    <label class="select">
      <Icon name={icon} />
      <select
        id={id}
        aria-label={label}
        value={known ? current : ''}
        onChange={(event) => {
          if (event.currentTarget.value) onChoose(event.currentTarget.value);
        }}
      >
        {!known && <option value="">{placeholder}</option>}
        {devices
          // Before the person allows the devices, the browser hides their ids.
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
