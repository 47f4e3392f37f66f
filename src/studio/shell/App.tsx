import { useCallback } from 'preact/hooks';
import { usePage } from '../base/page-store.ts';
import { BroadcastPanel } from '../broadcast/BroadcastPanel.tsx';
import { useCall } from '../call/call-store.ts';
import { CallBar } from '../call/CallBar.tsx';
import { CallTiles } from '../call/CallTiles.tsx';
import { useConversions } from '../convert/conversions-store.ts';
import { ConvertCards } from '../convert/ConvertCards.tsx';
import { ConvertDialog } from '../convert/ConvertDialog.tsx';
import { Lobby } from '../lobby/Lobby.tsx';
import { useBackground } from '../look/background-store.ts';
import { useStyles } from '../look/styles-store.ts';
import { StyleStrip } from '../look/StyleStrip.tsx';
import { Announcer, NoticeList } from '../notices/NoticeList.tsx';
import { ClipCards } from '../record/ClipCards.tsx';
import { RecordingDot } from '../record/RecordButton.tsx';
import { FilmBar } from '../source/FilmBar.tsx';
import { useSource } from '../source/source-store.ts';
import { useEffectStore } from '../stage/effect-store.ts';
import { EmptyState } from '../stage/EmptyState.tsx';
import { Stage } from '../stage/Stage.tsx';
import { Statistics } from '../stage/Statistics.tsx';
import { useStatistics } from '../stage/statistics-store.ts';
import { DropTarget } from '../ui/DropTarget.tsx';
import { HelpDialog } from './HelpDialog.tsx';
import { usePanel } from './panel-store.ts';
import { SettingsPanel } from './SettingsPanel.tsx';
import type { Shortcut } from './shortcut.ts';
import { TopBar } from './TopBar.tsx';
import { useWindow } from './window-store.ts';

/** The whole page: the picture, and the controls over it. */
export function App({ shortcuts }: { shortcuts: readonly Shortcut[] }) {
  const { controlsHidden, showControls } = useWindow();
  const { hasGraphicsCard } = useEffectStore();
  const { stage, isOpen, isIn } = useCall();
  const background = useBackground();
  const panelOpen = usePanel().isOpen.value;
  const started = useSource().status.value !== 'none' || isOpen.value;
  const panel = started && panelOpen;
  return (
    <>
      {/* Without controls there must be a way back that needs no keyboard. */}
      <Stage
        transparent={background.kind.value === 'transparent' || background.cutOut.value}
        showsRoom={background.kind.value === 'live' && !background.cutOut.value}
        onClick={showControls}
      />
      <div
        class="chrome"
        data-hidden={controlsHidden.value || undefined}
        data-panel={panel || undefined}
        data-glass={hasGraphicsCard.value || undefined}
        data-call={isOpen.value ? stage.value : undefined}
      >
        <TopBar />
        <Middle />
        {panel && <SettingsPanel />}
        <section class="dock" aria-label="Controls">
          {started && <Styles />}
          {isIn.value && <CallBar />}
        </section>
      </div>
      {controlsHidden.value && <RecordingDot />}
      <DropTarget onFiles={useFileHandler()} />
      <BroadcastPanel />
      <HelpDialog shortcuts={shortcuts} />
      <ConvertDialog />
      <Announcer />
    </>
  );
}

function Middle() {
  const { isOpen, isIn } = useCall();
  const { shown } = useStatistics();
  return (
    <div class="middle">
      <NoticeList />
      {shown.value && <Statistics />}
      {!isOpen.value ? <EmptyState /> : isIn.value ? <CallTiles /> : <Lobby />}
      <ConvertCards />
      <ClipCards />
      {(!isOpen.value || isIn.value) && <FilmBar />}
    </div>
  );
}

function Styles() {
  const { all } = useStyles();
  const { state } = usePage();
  return all.value.length > 0 && state.value !== 'error' ? <StyleStrip /> : null;
}

/** Decides what becomes of dropped files: a background, a video to play, or films to convert. */
function useFileHandler(): (files: readonly File[]) => void {
  const source = useSource();
  const background = useBackground();
  const conversions = useConversions();
  return useCallback((files: readonly File[]) => {
    // Browsers don't know the type of every video.
    const videos = files.filter(({ type }) => type.startsWith('video/') || type === '');
    const file = videos[0] ?? files[0];
    if (videos.length > 1) conversions.ask(videos);
    else if (file?.type.startsWith('image/')) void background.chooseImage(file);
    // Any other file is opened as a video too: the error then says what it really is.
    else if (file) void source.open({ kind: 'video', from: file });
  }, []);
}
