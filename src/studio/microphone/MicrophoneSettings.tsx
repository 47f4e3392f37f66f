import { Section } from '../ui/controls.tsx';
import { LevelMeter } from './LevelMeter.tsx';
import { useMicrophone } from './microphone-store.ts';
import { MicrophoneSelect } from './MicrophoneSelect.tsx';
import { SpeakerSelect } from './SpeakerSelect.tsx';

/** Changes microphone and loudspeaker during a call. */
export function MicrophoneSettings() {
  const { fault, open } = useMicrophone();
  return (
    <Section title="Sound">
      <MicrophoneSelect />
      <LevelMeter />
      <SpeakerSelect />
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
