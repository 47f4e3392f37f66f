import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from './icons.tsx';
import { setPicture } from './look.ts';
import { askToConvert } from './conversions.ts';
import { open } from './sources.ts';

function isVideo(file: File): boolean {
  // Browsers do not know every video's type.
  return file.type.startsWith('video/') || file.type === '';
}

/** Several films at once are no picture to play: they are offered to be converted. */
function takeAll(files: readonly File[]): void {
  const videos = files.filter(isVideo);
  if (videos.length > 1) askToConvert(videos);
  else if (files[0]) take(videos[0] ?? files[0]);
}

/** What is neither picture nor video is opened as a video all the same: what it is instead is told then. */
function take(file: File): void {
  if (file.type.startsWith('image/')) void setPicture(file);
  else void open({ kind: 'video', from: file });
}

/** Lets a video or a background picture be dropped anywhere on the window. */
export function DropTarget() {
  const over = useSignal(false);

  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const listening = new AbortController();
    const { signal } = listening;
    addEventListener(
      'dragover',
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        over.value = true;
      },
      { signal },
    );
    addEventListener(
      'dragleave',
      (event) => {
        // Only a leave without a next element leaves the window.
        if (event.relatedTarget === null) over.value = false;
      },
      { signal },
    );
    addEventListener(
      'drop',
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        over.value = false;
        takeAll([...(event.dataTransfer?.files ?? [])]);
      },
      { signal },
    );
    return () => {
      listening.abort();
    };
  }, [over]);

  return (
    <div class="drop" data-over={over.value || undefined} aria-hidden="true">
      <div>
        <Icon name="drop" />
        <strong>Drop it here</strong>
        <span>A video to play, or a picture for the background</span>
      </div>
    </div>
  );
}
