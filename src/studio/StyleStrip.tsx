import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icons.tsx';
import { keepPreviews, receivePreviews, refreshPreviews } from './live-previews.ts';
import { styleFaults } from './look.ts';
import { awaitedTile, chooseStyle, chosenTile, offered } from './offer.ts';
import { mirrored } from './sources.ts';

/** Small pictures of each style on the demo, made by scripts/previews.ts: they stand in until there are the person's own. */
const SHIPPED = import.meta.glob<string>('./previews/*.webp', {
  eager: true,
  query: '?url',
  import: 'default',
});

function Shipped({ id }: { id: string }) {
  const url = SHIPPED[`./previews/${id}.webp`];
  const missing = useSignal(false);
  if (url !== undefined && !missing.value) {
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
  return (
    <span class="stand-in">
      <Icon name={id === 'none' ? 'none' : 'person'} />
    </span>
  );
}

/** Lets go of a picture at once, not when the collector comes round. */
function drop(canvas: Element): void {
  if (canvas instanceof HTMLCanvasElement) canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(null);
  canvas.remove();
}

/** Lays a picture over the one before, which goes when the new one has faded in. */
function lay(holder: Element, picture: ImageBitmap): void {
  const canvas = document.createElement('canvas');
  canvas.width = picture.width;
  canvas.height = picture.height;
  const context = canvas.getContext('bitmaprenderer');
  if (!context) {
    picture.close();
    return;
  }
  context.transferFromImageBitmap(picture);
  // Where nothing is painted no fade ends; so there are never more than two.
  const [...former] = holder.children;
  for (const canvas of former.slice(0, -1)) drop(canvas);
  const last = former.at(-1);
  canvas.addEventListener('animationend', () => {
    if (last) drop(last);
  });
  holder.append(canvas);
}

/** The style on the person's own picture, once there is one. */
function Live({ id }: { id: string }) {
  const holder = useRef<HTMLSpanElement>(null);
  useEffect(
    () =>
      receivePreviews(id, (picture) => {
        if (holder.current) lay(holder.current, picture);
        else picture.close();
      }),
    [id],
  );
  return <span class="live" ref={holder} />;
}

function Tile({ id, title, place }: { id: string; title: string; place: number }) {
  const fault = styleFaults.value.get(id);
  const reason = fault && `${fault.message} Choose it to try again.`;
  return (
    <label
      class="tile"
      title={reason}
      data-awaited={awaitedTile.value === id || undefined}
      data-fault={fault?.code}
    >
      <input
        type="radio"
        class="unseen"
        name="style"
        value={id}
        checked={id === chosenTile.value}
        aria-keyshortcuts={place < 10 ? String(place) : undefined}
        aria-description={reason}
        onChange={() => {
          chooseStyle(id, title);
        }}
      />
      <span class="picture">
        <Shipped id={id} />
        <Live id={id} />
        {fault && <Icon name="warning" />}
      </span>
      <span class="title">{title}</span>
    </label>
  );
}

/** Most of a strip's width, so that one tile of the last view is still seen. */
const STEP = 0.75;

/** Every style as a tile; a radio group, so the arrow keys walk it. */
export function StyleStrip() {
  const strip = useRef<HTMLDivElement>(null);
  const more = useSignal({ before: false, after: false });

  function measure(): void {
    if (!strip.current) return;
    const { scrollLeft, scrollWidth, clientWidth } = strip.current;
    const before = scrollLeft > 4;
    const after = scrollLeft + clientWidth < scrollWidth - 4;
    if (before !== more.value.before || after !== more.value.after) more.value = { before, after };
  }

  /** A wheel that only turns up and down moves the strip as well. */
  function scrollSideways({ deltaX, deltaY }: WheelEvent): void {
    if (deltaX === 0) strip.current?.scrollBy({ left: deltaY });
  }

  function turn(by: 1 | -1): void {
    const width = strip.current?.clientWidth ?? 0;
    const { matches: still } = matchMedia('(prefers-reduced-motion: reduce)');
    strip.current?.scrollBy({ left: by * width * STEP, behavior: still ? 'instant' : 'smooth' });
  }

  useEffect(() => {
    if (!strip.current) return;
    const sizes = new ResizeObserver(measure);
    sizes.observe(strip.current);
    const stop = keepPreviews(strip.current);
    return () => {
      sizes.disconnect();
      stop();
    };
  }, []);
  useSignalEffect(() => {
    const id = chosenTile.value;
    if (id === null) return;
    const tile = strip.current?.querySelector(`input[value="${CSS.escape(id)}"]`)?.parentElement;
    tile?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });

  return (
    <section class="styles" aria-label="Styles">
      <div
        class="shelf"
        data-before={more.value.before || undefined}
        data-after={more.value.after || undefined}
      >
        <div
          class="strip"
          role="radiogroup"
          aria-label="Style"
          ref={strip}
          data-mirrored={mirrored.value || undefined}
          onWheel={scrollSideways}
          onScroll={measure}
          onPointerEnter={refreshPreviews}
          onFocusCapture={refreshPreviews}
        >
          {offered.value.map(({ id, title }, place) => (
            <Tile key={id} id={id} title={title} place={place} />
          ))}
        </div>
        {([-1, 1] as const).map((by) => (
          // The keyboard walks the tiles themselves.
          <button
            key={by}
            type="button"
            class="turn"
            tabIndex={-1}
            aria-label={by < 0 ? 'Styles before' : 'More styles'}
            onClick={() => {
              turn(by);
            }}
          >
            <Icon name="chevron" />
          </button>
        ))}
      </div>
    </section>
  );
}
