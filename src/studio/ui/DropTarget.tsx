import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from './Icon.tsx';

/** Lets files be dropped anywhere on the window. */
export function DropTarget({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const over = useSignal(false);
  useEffect(() => listenForDrops(over, onFiles), [over, onFiles]);
  return (
    <div class="drop" data-over={over.value || undefined} aria-hidden="true">
      <div>
        <Icon name="drop" />
        <strong>Drop it here</strong>
        <span>A video to play, or an image to use as your background</span>
      </div>
    </div>
  );
}

/** Returns how to stop. */
function listenForDrops(over: { value: boolean }, onFiles: (files: readonly File[]) => void): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true;
  const onDragOver = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    // Somebody else takes what is dropped there.
    over.value = !event.defaultPrevented;
    event.preventDefault();
  };
  const onDragLeave = (event: DragEvent) => {
    // The pointer left the window only if there is no next element.
    if (event.relatedTarget === null) over.value = false;
  };
  const onDrop = (event: DragEvent) => {
    over.value = false;
    if (!hasFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    onFiles([...(event.dataTransfer?.files ?? [])]);
  };
  addEventListener('dragover', onDragOver, { signal });
  addEventListener('dragleave', onDragLeave, { signal });
  addEventListener('drop', onDrop, { signal });
  return () => {
    listening.abort();
  };
}
