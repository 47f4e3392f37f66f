import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { useMirror } from '../source/mirror-store.ts';
import { useSource } from '../source/source-store.ts';
import { useCompare } from './compare-store.ts';
import { Divider } from './Divider.tsx';
import { useEffectStore } from './effect-store.ts';
import { RawPicture } from './RawPicture.tsx';
import { useStageLayout, type TileBox } from './stage-layout-store.ts';

interface StageProps {
  /** Whether the picture has transparent parts. A checkerboard is shown behind them. */
  transparent: boolean;
  /** Whether the room behind the person may be seen as it is. */
  showsRoom: boolean;
  onClick: () => void;
}

/** The effect's canvas, over the whole window or in a call's tile, and the divider above it. */
export function Stage({ transparent, showsRoom, onClick }: StageProps) {
  const { canvas, pictureShown, fatalFault } = useEffectStore();
  const { aspect, tile } = useStageLayout();
  const { mirrored } = useMirror();
  const compare = useCompare();
  const source = useSource();
  const holder = useRef<HTMLDivElement>(null);
  const track = source.current.value?.track;
  // Once only: somebody who turns the camera on again is drawn at once.
  const wasShown = useRef(false);
  wasShown.current ||= pictureShown.value;
  const waits = !wasShown.current && fatalFault.value === null;

  // A replaced canvas stays with its last picture until the new one has its first.
  useSignalEffect(() => {
    if (canvas.value && holder.current) mount(canvas.value, holder.current);
  });
  useSignalEffect(() => {
    if (!pictureShown.value) return;
    for (const old of holder.current?.querySelectorAll('[data-former]') ?? []) old.remove();
  });

  return (
    <main
      class="stage"
      data-tile={tile.value !== null || undefined}
      aria-label="Picture"
      data-mirrored={mirrored.value || undefined}
      data-shown={pictureShown.value || undefined}
      data-see-through={transparent || undefined}
      style={{ '--aspect': String(aspect.value), ...(tile.value && placeAt(tile.value)) }}
      onClick={onClick}
    >
      <div class="checker" aria-hidden="true" />
      {waits && showsRoom && track && <RawPicture track={track} />}
      <div class="canvas-holder" ref={holder} />
      {compare.on.value && track && <Divider track={track} />}
    </main>
  );
}

function mount(canvas: HTMLCanvasElement, holder: HTMLElement): void {
  for (const old of holder.children) {
    old.removeAttribute('id');
    old.setAttribute('data-former', '');
    old.setAttribute('aria-hidden', 'true');
  }
  canvas.id = 'stage';
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', 'Your live picture');
  holder.append(canvas);
}

function placeAt({ left, top, width, height }: TileBox) {
  return {
    inset: 'auto',
    left: `${left}px`,
    top: `${top}px`,
    width: `${width}px`,
    height: `${height}px`,
  };
}
