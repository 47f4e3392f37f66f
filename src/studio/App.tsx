import { Centre } from './Centre.tsx';
import { DropTarget } from './DropTarget.tsx';
import { glass } from './engine.ts';
import { Help } from './Help.tsx';
import { Announcer, Notices } from './Notices.tsx';
import { styles } from './offer.ts';
import { Panel } from './Panel.tsx';
import { Readout } from './Readout.tsx';
import { sourceStatus } from './sources.ts';
import { Stage } from './Stage.tsx';
import { interfaceHidden, pageState, panelOpen, statsShown } from './state.ts';
import { StyleStrip } from './StyleStrip.tsx';
import { TopBar } from './TopBar.tsx';

/** The whole page: the picture, and over it what steers it. */
export function App() {
  const started = sourceStatus.value !== 'none';
  const panel = started && panelOpen.value;
  return (
    <>
      <Stage />
      <div
        class="chrome"
        data-hidden={interfaceHidden.value || undefined}
        data-panel={panel || undefined}
        data-glass={glass.value || undefined}
      >
        <TopBar />
        <div class="middle">
          <Notices />
          {statsShown.value && <Readout />}
          <Centre />
        </div>
        {panel && <Panel />}
        {started && styles.value.length > 0 && pageState.value !== 'error' && <StyleStrip />}
      </div>
      <DropTarget />
      <Help />
      <Announcer />
    </>
  );
}
