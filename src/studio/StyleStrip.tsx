import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { styles } from './engine.ts';
import { Icon } from './icons.tsx';
import { awaitedStyle, change, look } from './look.ts';
import { announce } from './state.ts';

/** Small pictures of each style, made by scripts/previews.ts. A style without one gets a drawn stand-in. */
const PREVIEWS = import.meta.glob<string>('./previews/*.webp', {
  eager: true,
  query: '?url',
  import: 'default',
});

const NONE = { id: 'none', title: 'Original' };

/** Puts a style on. */
export function chooseStyle(id: string, title: string): void {
  announce(id === 'none' ? 'No style: the live picture' : `Style ${title}`);
  change({ style: id });
}

/** The strip's order: the live picture first. */
export function offeredStyles() {
  return [NONE, ...styles.value];
}

/** Chooses by place in the strip; nothing until it is known which styles there are. */
export function chooseStyleAt(place: number): void {
  const style = styles.value.length > 0 ? offeredStyles()[place] : undefined;
  if (style) chooseStyle(style.id, style.title);
}

/** One style on or back, round the ends. */
export function stepStyle(by: 1 | -1): void {
  const offered = offeredStyles();
  const at = offered.findIndex((style) => style.id === look.value.style);
  chooseStyleAt((at + by + offered.length) % offered.length);
}

/** A hue of its own for every style, the same on each visit. */
function hueOf(id: string): number {
  let hash = 7;
  for (const letter of id) hash = (hash * 31 + letter.charCodeAt(0)) % 360;
  return hash;
}

function Preview({ id }: { id: string }) {
  const url = PREVIEWS[`./previews/${id}.webp`];
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
    <span class="stand-in" style={{ '--hue': String(hueOf(id)) }}>
      <Icon name={id === 'none' ? 'none' : 'person'} />
    </span>
  );
}

/** A wheel that only turns up and down moves the strip as well. */
function scrollSideways(event: WheelEvent): void {
  const { currentTarget, deltaX, deltaY } = event;
  if (deltaX === 0 && currentTarget instanceof Element) currentTarget.scrollLeft += deltaY;
}

/** Every style as a tile; a radio group, so the arrow keys walk it. */
export function StyleStrip() {
  const strip = useRef<HTMLDivElement>(null);
  const chosen = look.value.style;

  useSignalEffect(() => {
    const id = look.value.style;
    if (id === null) return;
    const tile = strip.current?.querySelector(`input[value="${CSS.escape(id)}"]`)?.parentElement;
    tile?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });

  return (
    <section class="dock" aria-label="Styles">
      <div class="strip" role="radiogroup" aria-label="Style" ref={strip} onWheel={scrollSideways}>
        {offeredStyles().map(({ id, title }, index) => (
          <label class="tile" key={id} data-awaited={awaitedStyle.value === id || undefined}>
            <input
              type="radio"
              class="unseen"
              name="style"
              value={id}
              checked={id === chosen}
              aria-keyshortcuts={index < 10 ? String(index) : undefined}
              onChange={() => {
                chooseStyle(id, title);
              }}
              onClick={() => {
                // No change to a radio button, but a script may have given the effect another style.
                if (id === chosen) chooseStyle(id, title);
              }}
            />
            <span class="picture">
              <Preview id={id} />
            </span>
            <span class="title">{title}</span>
          </label>
        ))}
      </div>
    </section>
  );
}
