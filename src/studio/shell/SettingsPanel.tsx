import { useCall } from '../call/call-store.ts';
import { useConversions } from '../convert/conversions-store.ts';
import { BackgroundSettings } from '../look/BackgroundSettings.tsx';
import { RegionSettings } from '../look/RegionSettings.tsx';
import { StyleSettings } from '../look/StyleSettings.tsx';
import { MicrophoneSettings } from '../microphone/MicrophoneSettings.tsx';
import { ShareSettings } from '../share/ShareSettings.tsx';
import { SourceSettings } from '../source/SourceSettings.tsx';
import { IconButton } from '../ui/controls.tsx';
import { SETTINGS_ID, usePanel } from './panel-store.ts';
import { closeSettings } from './shortcut.ts';
import { ViewSettings } from './ViewSettings.tsx';

/**
 * Every setting but the style: beside the picture in large windows, a sheet from below on phones.
 */
export function SettingsPanel() {
  const panel = usePanel();
  const { ask } = useConversions();
  const { isIn } = useCall();
  return (
    <aside class="panel" aria-label="Settings" id={SETTINGS_ID}>
      <header class="panel-head">
        <h2>Settings</h2>
        <IconButton
          icon="close"
          label="Close settings"
          onClick={() => {
            closeSettings(panel);
          }}
        />
      </header>
      <div class="panel-body">
        <RegionSettings />
        <StyleSettings />
        <BackgroundSettings />
        <ShareSettings />
        <SourceSettings
          onConvert={(file) => {
            ask([file]);
          }}
        />
        {isIn.value && <MicrophoneSettings />}
        <ViewSettings />
      </div>
    </aside>
  );
}
