import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../ui/Icon.tsx';
import { useKeyName } from '../ui/key-name.ts';
import { useLook } from './look-store.ts';
import { usePreviews } from './previews-store.ts';
import { useStyles } from './styles-store.ts';

/**
 * Small pictures of each style on the demo, made by scripts/previews.ts. They are shown until there
 * are previews of the person.
 */
const SHIPPED = import.meta.glob<string>('./previews/*.webp', {
  eager: true,
  query: '?url',
  import: 'default',
});

interface StyleTileProps {
  id: string;
  title: string;
  /** Its number in the strip, which is also its shortcut. */
  index: number;
}

/** One style to choose, with a preview. */
export function StyleTile({ id, title, index }: StyleTileProps) {
  const styles = useStyles();
  const keyName = useKeyName(index < 10 ? String(index) : undefined);
  const fault = useLook().styleFaults.value.get(id);
  const reason = fault && `${fault.message} Choose it to try again.`;
  return (
    <label
      class="tile"
      title={reason}
      data-awaited={styles.loadingTile.value === id || undefined}
      data-fault={fault?.code}
    >
      <input
        type="radio"
        class="unseen"
        name="style"
        value={id}
        checked={id === styles.chosenTile.value}
        aria-keyshortcuts={keyName}
        aria-description={reason}
        onChange={() => {
          styles.choose(id);
        }}
      />
      <span class="picture">
        <ShippedPreview id={id} />
        <LivePreview id={id} />
        {fault && <Icon name="warning" />}
      </span>
      <span class="title">{title}</span>
    </label>
  );
}

function ShippedPreview({ id }: { id: string }) {
  const url = SHIPPED[`./previews/${id}.webp`];
  const missing = useSignal(false);
  if (url === undefined || missing.value) {
    return (
      <span class="stand-in">
        <Icon name={id === 'none' ? 'none' : 'person'} />
      </span>
    );
  }
  return (
    <img
      src={url}
      alt=""
      width={160}
      height={160}
      draggable={false}
      onError={() => {
        missing.value = true;
      }}
    />
  );
}

/** The style on the person's own picture, once there is one. */
function LivePreview({ id }: { id: string }) {
  const holder = useRef<HTMLSpanElement>(null);
  const previews = usePreviews();
  useEffect(
    () =>
      previews.receive(id, (picture) => {
        if (holder.current) fadeIn(holder.current, picture);
        else picture.close();
      }),
    [id],
  );
  return <span class="live" ref={holder} />;
}

/** Puts a picture over the one before, which is removed when the new one has faded in. */
function fadeIn(holder: Element, picture: ImageBitmap): void {
  const canvas = document.createElement('canvas');
  canvas.width = picture.width;
  canvas.height = picture.height;
  const context = canvas.getContext('bitmaprenderer');
  if (!context) {
    picture.close();
    return;
  }
  context.transferFromImageBitmap(picture);
  // In a hidden tab no animation ends, so older pictures are removed here: never more than two.
  const [...before] = holder.children;
  for (const old of before.slice(0, -1)) remove(old);
  const last = before.at(-1);
  canvas.addEventListener('animationend', () => {
    if (last) remove(last);
  });
  holder.append(canvas);
}

/** Frees a canvas' picture now, and not when the garbage collector runs. */
function remove(canvas: Element): void {
  if (canvas instanceof HTMLCanvasElement) canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(null);
  canvas.remove();
}
