import { Broadcast } from './Broadcast.tsx';
import { CallBar } from './CallBar.tsx';
import { Centre } from './Centre.tsx';
import { ClipCards } from './ClipCards.tsx';
import { ConvertCards } from './ConvertCards.tsx';
import { ConvertDialog } from './ConvertDialog.tsx';
import { DropTarget } from './DropTarget.tsx';
import { glass } from './engine.ts';
import { Help } from './Help.tsx';
import { Lobby } from './Lobby.tsx';
import { Announcer, Notices } from './Notices.tsx';
import { styles } from './offer.ts';
import { Panel } from './Panel.tsx';
import { Readout } from './Readout.tsx';
import { sourceStatus } from './sources.ts';
import { Stage } from './Stage.tsx';
import { callStage, interfaceHidden, pageState, panelOpen, statsShown } from './state.ts';
import { StyleStrip } from './StyleStrip.tsx';
import { Tiles } from './Tiles.tsx';
import { TopBar } from './TopBar.tsx';

/** The whole page: the picture, and over it what steers it. */
export function App() {
  const call = callStage.value;
  const inCall = call === 'in';
  const started = sourceStatus.value !== 'none' || call !== 'none';
  const panel = started && panelOpen.value;
  return (
    <>
      <Stage />
      <div
        class="chrome"
        data-hidden={interfaceHidden.value || undefined}
        data-panel={panel || undefined}
        data-glass={glass.value || undefined}
        data-call={call === 'none' ? undefined : call}
      >
        <TopBar />
        <div class="middle">
          <Notices />
          {statsShown.value && <Readout />}
          {call === 'none' ? <Centre /> : inCall ? <Tiles /> : <Lobby />}
          <ConvertCards />
          <ClipCards />
        </div>
        {panel && <Panel />}
        <div class="dock">
          {started && styles.value.length > 0 && pageState.value !== 'error' && <StyleStrip />}
          {inCall && <CallBar />}
        </div>
      </div>
      <DropTarget />
      <Broadcast />
      <Help />
      <ConvertDialog />
      <Announcer />
    </>
  );
}
