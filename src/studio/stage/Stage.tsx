import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { useMirror } from '../source/mirror-store.ts';
import { useSource } from '../source/source-store.ts';
import { useCompare } from './compare-store.ts';
import { Divider } from './Divider.tsx';
import { useEffectStore } from './effect-store.ts';
import { useStageLayout, type TileBox } from './stage-layout-store.ts';

interface StageProps {
  /** Whether the picture has transparent parts. A checkerboard is shown behind them. */
  transparent: boolean;
  onClick: () => void;
}

/** The effect's canvas, over the whole window or in a call's tile, and the divider above it. */
export function Stage({ transparent, onClick }: StageProps) {
  const { canvas, pictureShown } = useEffectStore();
  const { aspect, tile } = useStageLayout();
  const { mirrored } = useMirror();
  const compare = useCompare();
  const source = useSource();
  const holder = useRef<HTMLDivElement>(null);

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
      <div class="canvas-holder" ref={holder} />
      {compare.on.value && source.current.value && <Divider track={source.current.value.track} />}
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
