import { Section } from '../ui/controls.tsx';
import { LevelMeter } from './LevelMeter.tsx';
import { useMicrophone } from './microphone-store.ts';
import { MicrophoneSelect } from './MicrophoneSelect.tsx';

/** Changes the microphone during a call. */
export function MicrophoneSettings() {
  const { fault, open } = useMicrophone();
  return (
    <Section title="Sound">
      <MicrophoneSelect />
      <LevelMeter />
      {fault.value && (
        <div class="troubles" role="alert">
          <p>
            {fault.value.message} {fault.value.wayOut}{' '}
            <button type="button" class="link" onClick={() => void open()}>
              Try again
            </button>
          </p>
        </div>
      )}
    </Section>
  );
}
