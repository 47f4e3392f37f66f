import { effect } from '@preact/signals';
import { aspect } from './aspect.ts';
import { theEffect } from './engine.ts';
import { markStyle } from './look.ts';
import { offered } from './offer.ts';
import { source } from './sources.ts';
import { pageState } from './state.ts';

/** A person who comes back to the strip after so long, in milliseconds, finds fresh pictures. */
const STALE = 20_000;
/** Milliseconds that a new picture on the stage has for itself first. */
const SETTLE = 1200;
/** CSS pixels of a tile's side. */
const TILE = 72;
/** Pixels of the picture for each of them: a style that is drawn finer than it is shown looks the smoother. */
const DOTS = 2;

type Receiver = (picture: ImageBitmap) => void;
const receivers = new Map<string, Receiver>();

/** When the last whole round was done. */
let doneAt = -Infinity;
let round: AbortController | null = null;

/** Takes the pictures of one style, each the receiver's to close, until the returned function is called. */
export function receivePreviews(style: string, receiver: Receiver): () => void {
  receivers.set(style, receiver);
  return () => {
    if (receivers.get(style) === receiver) receivers.delete(style);
  };
}

function endRound(): void {
  round?.abort();
  round = null;
}

/** Has every style shown on the person as they are now, unless that was done a moment ago or is being done. */
export function refreshPreviews(): void {
  const current = theEffect.value;
  const stale = performance.now() - doneAt > STALE;
  if (!current || !stale || round || pageState.value !== 'running' || document.hidden) return;
  const mine = new AbortController();
  round = mine;
  current
    .preview({
      styles: offered.value.map(({ id }) => id),
      width: Math.min(512, Math.ceil(TILE * DOTS * Math.max(1, aspect.value))),
      signal: mine.signal,
      onPreview(style, picture) {
        markStyle(style, null);
        const receive = receivers.get(style);
        if (receive) receive(picture);
        else picture.close();
      },
      onFault: markStyle,
    })
    .then(
      () => {
        doneAt = performance.now();
      },
      // Ended here, or with its worker, which tells of its death itself; the pictures there are stay.
      () => undefined,
    )
    .finally(() => {
      if (round === mine) round = null;
    })
    .catch(() => undefined);
}

/** While the strip is there: fresh pictures for every source, and whenever the strip comes back into view. */
export function keepPreviews(strip: Element): () => void {
  const stop = effect(() => {
    // Another effect or another source: whoever was in the last pictures may be gone.
    const there = theEffect.value !== null && source.value !== null;
    if (!there || pageState.value !== 'running') return;
    doneAt = -Infinity;
    const timer = setTimeout(refreshPreviews, SETTLE);
    return () => {
      clearTimeout(timer);
      endRound();
    };
  });
  // A phone's strip is away while the settings are open.
  const watcher = new IntersectionObserver(([entry]) => {
    if (entry?.isIntersecting) refreshPreviews();
  });
  watcher.observe(strip);
  document.addEventListener('visibilitychange', refreshPreviews);
  return () => {
    stop();
    document.removeEventListener('visibilitychange', refreshPreviews);
    watcher.disconnect();
  };
}
