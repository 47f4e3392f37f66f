import { RESOLUTIONS } from '../base/preferences.ts';
import { usePreferences } from '../base/preferences-store.ts';
import { Section, Segmented } from '../ui/controls.tsx';
import { DeviceSelect } from '../ui/DeviceSelect.tsx';
import { Icon } from '../ui/Icon.tsx';
import { useSource } from './source-store.ts';

const RESOLUTION_OPTIONS = RESOLUTIONS.map((value) => ({ value, label: value }));

/** Id of the list of cameras, by which a notice can lead there. */
export const CAMERA_LIST_ID = 'camera';

/**
 * The camera, or what to show in its place.
 * @param onConvert - asks how to convert the video file that is playing.
 */
export function SourceSettings({ onConvert }: { onConvert: (file: File) => void }) {
  const source = useSource();
  const preferences = usePreferences();
  const cameras = source.cameras.value;
  const { kind, deviceId = '' } = source.current.value ?? {};
  const file = source.playingFile.value;
  return (
    <Section title="Source">
      <DeviceSelect
        id={CAMERA_LIST_ID}
        icon="camera"
        label="Camera"
        devices={cameras}
        current={kind === 'camera' ? deviceId : ''}
        placeholder={cameras.length > 0 ? 'Choose a camera' : 'Any camera'}
        onChoose={(chosen) => void source.open({ kind: 'camera', deviceId: chosen })}
      />
      <Segmented
        label="Camera resolution"
        options={RESOLUTION_OPTIONS}
        value={preferences.current.value.resolution}
        onChange={source.setResolution}
      />
      <div class="row">
        {kind !== 'camera' && (
          <button type="button" class="button" onClick={() => void source.open({ kind: 'camera' })}>
            <Icon name="camera" /> Camera
          </button>
        )}
        <button type="button" class="button" onClick={source.chooseVideo}>
          <Icon name="film" /> Open video
        </button>
        {file && (
          <button
            type="button"
            class="button"
            onClick={() => {
              onConvert(file);
            }}
          >
            <Icon name="film" /> Convert this film
          </button>
        )}
        {kind !== 'demo' && (
          <button type="button" class="button" onClick={() => void source.open({ kind: 'demo' })}>
            <Icon name="play" /> Demo
          </button>
        )}
      </div>
    </Section>
  );
}
