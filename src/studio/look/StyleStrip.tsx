import { useSignal, useSignalEffect, type Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useMirror } from '../source/mirror-store.ts';
import { Icon } from '../ui/Icon.tsx';
import { usePalette } from '../palette/palette-store.ts';
import { usePreviews } from './previews-store.ts';
import { StyleTile } from './StyleTile.tsx';
import { useStyles } from './styles-store.ts';

/** The arrows scroll by this share of the strip's width, so that one tile stays in view. */
const PAGE = 0.75;
/** Closer to an end than this, in CSS pixels, counts as there. */
const AT_END = 4;

/** Every style as a tile. It is a radio group, so the arrow keys go from tile to tile. */
export function StyleStrip() {
  const strip = useRef<HTMLDivElement>(null);
  const styles = useStyles();
  const { choosePicture } = usePalette();
  const onDrop = (event: DragEvent) => {
    const file = pictureOf(event);
    if (!file) return;
    // The window would take it as a background.
    event.preventDefault();
    void choosePicture(file);
  };
  const previews = usePreviews();
  const { mirrored } = useMirror();
  const { hidden, measure } = useOverflow(strip);
  useEffect(() => (strip.current ? previews.observe(strip.current) : undefined), []);
  useSignalEffect(() => {
    const id = styles.chosenTile.value;
    if (id !== null && strip.current) scrollToTile(strip.current, id);
  });
  return (
    <section class="styles" aria-label="Styles" onDragOver={acceptPicture} onDrop={onDrop}>
      <div
        class="shelf"
        data-before={hidden.value.before || undefined}
        data-after={hidden.value.after || undefined}
      >
        <div
          class="strip"
          role="radiogroup"
          aria-label="Style"
          ref={strip}
          data-mirrored={mirrored.value || undefined}
          onWheel={scrollSideways}
          onScroll={measure}
          onPointerEnter={previews.refresh}
          onFocusCapture={previews.refresh}
        >
          {styles.tiles.value.map(({ id, title }, index) => (
            <StyleTile key={id} id={id} title={title} index={index} />
          ))}
        </div>
        <PageButton strip={strip} by={-1} label="Previous styles" />
        <PageButton strip={strip} by={1} label="More styles" />
      </div>
    </section>
  );
}

/** The keyboard goes from tile to tile and does not need these buttons. */
function PageButton({
  strip,
  by,
  label,
}: {
  strip: RefObject<HTMLElement | null>;
  by: 1 | -1;
  label: string;
}) {
  const turnPage = () => {
    const { matches: still } = matchMedia('(prefers-reduced-motion: reduce)');
    const left = by * (strip.current?.clientWidth ?? 0) * PAGE;
    strip.current?.scrollBy({ left, behavior: still ? 'instant' : 'smooth' });
  };
  return (
    <button type="button" class="turn" tabIndex={-1} aria-label={label} onClick={turnPage}>
      <Icon name="chevron" />
    </button>
  );
}

interface Overflow {
  /** Whether tiles are hidden before and after those in view. */
  hidden: Signal<{ before: boolean; after: boolean }>;
  measure: () => void;
}

function useOverflow(strip: RefObject<HTMLElement | null>): Overflow {
  const hidden = useSignal({ before: false, after: false });
  const measure = () => {
    if (!strip.current) return;
    const { scrollLeft, scrollWidth, clientWidth } = strip.current;
    const before = scrollLeft > AT_END;
    const after = scrollLeft + clientWidth < scrollWidth - AT_END;
    if (before !== hidden.value.before || after !== hidden.value.after) hidden.value = { before, after };
  };
  useEffect(() => {
    if (!strip.current) return;
    const observer = new ResizeObserver(measure);
    observer.observe(strip.current);
    return () => {
      observer.disconnect();
    };
  }, []);
  return { hidden, measure };
}

/** Lets a wheel that only turns up and down scroll the strip as well. */
function scrollSideways({ deltaX, deltaY, currentTarget }: WheelEvent): void {
  if (deltaX === 0 && currentTarget instanceof Element) currentTarget.scrollBy({ left: deltaY });
}

function scrollToTile(strip: Element, id: string): void {
  const tile = strip.querySelector(`input[value="${CSS.escape(id)}"]`)?.parentElement;
  tile?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** Lets a picture be dropped here. Any other file is the window's. */
function acceptPicture(event: DragEvent): void {
  const [item, more] = event.dataTransfer?.items ?? [];
  if (item?.kind === 'file' && item.type.startsWith('image/') && !more) event.preventDefault();
}

function pictureOf({ dataTransfer }: DragEvent): File | null {
  const [file, more] = dataTransfer?.files ?? [];
  return file?.type.startsWith('image/') && !more ? file : null;
}
