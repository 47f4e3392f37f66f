import { useSignal, type Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { IconButton } from '../ui/controls.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Icon } from '../ui/Icon.tsx';
import type { Clip } from './clips-store.ts';

interface ClipPreviewProps {
  clip: Clip;
  title: string;
  /** Set once the browser knows how long the clip is. */
  seconds: Signal<number | null>;
}

/** The clip, small; one tap plays it as large as the window. */
export function ClipPreview({ clip: { url, file }, title, seconds }: ClipPreviewProps) {
  const isImage = file.type.startsWith('image/');
  const large = useSignal(false);
  const titleId = useId();
  const close = () => {
    large.value = false;
  };
  return (
    <>
      <button
        type="button"
        class="clip-play"
        aria-label={isImage ? 'Show the clip large' : 'Play the clip'}
        onClick={() => {
          large.value = true;
        }}
      >
        {isImage ? (
          <img class="preview" src={url} alt="" />
        ) : (
          // The browser encoded the clip itself, so it can play it.
          <video
            class="preview"
            src={url}
            muted
            playsInline
            preload="metadata"
            tabIndex={-1}
            onDurationChange={({ currentTarget: { duration } }) => {
              seconds.value = Number.isFinite(duration) ? duration : null;
            }}
          />
        )}
        {!isImage && <Icon name="play" />}
      </button>
      <Dialog open={large.value} titleId={titleId} class="clip-player" closesOnBackdrop onClose={close}>
        {large.value && (
          <div class="clip-large">
            <div class="panel-head">
              <h2 id={titleId}>{title}</h2>
              <IconButton icon="close" label="Close the clip" onClick={close} />
            </div>
            {isImage ? (
              <img src={url} alt="The clip" />
            ) : (
              <video src={url} controls autoPlay playsInline aria-label="The clip" />
            )}
          </div>
        )}
      </Dialog>
    </>
  );
}
