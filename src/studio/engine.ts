import { signal } from '@preact/signals';
import { isSoftwareRenderer } from '../common/software-renderer.ts';
import { createEffect, type Effect } from '../effect/effect.ts';
import { PortoonError } from '../effect/errors.ts';
import type { Fault, LoadProgress } from '../effect/protocol.ts';
import { look, setLookTarget, type Look } from './look.ts';
import { tellAboutAddress } from './address.ts';
import { asFault, retract, tellFault, type Action } from './notices.ts';
import { styles } from './offer.ts';
import { unknownStyle } from './parameters.ts';
import { address, announce, callStage, pageState } from './state.ts';

declare global {
  interface Window {
    /** The page's effect, for automation. */
    portoon?: Effect;
  }
}

/** The running effect, or null while one is being made. */
export const theEffect = signal<Effect | null>(null);
/** The canvas that the effect draws on; another one after its worker was restarted. */
export const stageCanvas = signal<HTMLCanvasElement | null>(null);
export const progress = signal<LoadProgress>({ loaded: 0, total: 0 });
/** Why there is no effect, when it cannot go on by itself. */
export const fatalFault = signal<Fault | null>(null);
/** Whether the canvas holds a picture, running or not. */
export const pictureShown = signal(false);
/** Software graphics cannot afford glass. */
export const glass = signal(false);

/** How long something is shown that passes by itself. */
const PASSING_MS = 10_000;
/** By then the running effect has told who draws. */
const FIRST_STATS_MS = 1000;

let stopListening: (() => void)[] = [];

/** What a first visit shows, if the manifest has it; else the manifest's first. Named here so that it loads along. */
const FIRST_STYLE = 'toon';

function create(wish: Look): Promise<Effect> {
  const { ep } = address.parameters;
  return createEffect({
    style: wish.style ?? FIRST_STYLE,
    region: wish.region,
    strength: wish.strength,
    quality: wish.quality,
    ...(ep === undefined ? {} : { ep }),
    onProgress(now) {
      progress.value = now;
    },
  });
}

/** Makes the effect and hands it the look. Never rejects: what goes wrong is shown. */
export async function startEffect(): Promise<void> {
  pageState.value = 'loading';
  fatalFault.value = null;
  progress.value = { loaded: 0, total: 0 };
  const wish = look.value;
  try {
    adopt(await create(wish), wish);
  } catch (error) {
    fail(asFault(error));
  }
}

function adopt(effect: Effect, wish: Look): void {
  styles.value = effect.styles;
  stageCanvas.value = effect.canvas;
  pictureShown.value = false;
  window.portoon = effect;

  const ids = effect.styles.map((style) => style.id);
  const { style } = look.value;
  if (style === null || (style !== 'none' && !ids.includes(style))) {
    // A remembered style that is no longer there is no one's mistake.
    if (style !== null && style === address.parameters.style) {
      tellAboutAddress(unknownStyle(style, ids));
    }
    const first = ids.includes(FIRST_STYLE) ? FIRST_STYLE : (ids[0] ?? 'none');
    look.value = { ...look.value, style: first };
  }

  stopListening = [
    effect.on('running', () => {
      pageState.value = 'running';
      pictureShown.value = true;
      setTimeout(() => {
        const { renderer } = effect.stats();
        glass.value = renderer !== '' && !isSoftwareRenderer(renderer);
      }, FIRST_STATS_MS);
    }),
    effect.on('canvas', () => {
      pictureShown.value = false;
      stageCanvas.value = effect.canvas;
    }),
    effect.on('fault', (fault, fatal) => {
      if (fatal) fail(fault);
      else tellPassing(fault);
    }),
  ];
  pageState.value = 'ready';
  theEffect.value = effect;
  setLookTarget(effect, wish);
}

/** What the look that the effect was made with got wrong: told where the look is asked for once more, or by the address. */
const TOLD_ELSEWHERE = new Set(['ERR_PARAMETER', 'ERR_PARTS_MISSING']);

/** What the effect gets over by itself. */
function tellPassing(fault: Fault): void {
  const { code, message, wayOut } = fault;
  if (TOLD_ELSEWHERE.has(code)) return;
  if (code === 'ERR_WORKER_DIED') pageState.value = 'ready';
  tellFault('effect', new PortoonError(code, message, wayOut));
  const recovers = code === 'ERR_WORKER_DIED' || code === 'ERR_WEBGL_LOST';
  if (recovers)
    setTimeout(() => {
      retract('effect');
    }, PASSING_MS);
}

function fail(fault: Fault): void {
  fatalFault.value = fault;
  pageState.value = 'error';
  release();
  if (callStage.value !== 'in') return;
  // The middle of the page belongs to the others, who go on, and see this picture no more either.
  pictureShown.value = false;
  const { code, message, wayOut } = fault;
  const told = new PortoonError(code, `${message} The call goes on without your picture.`, wayOut);
  tellFault('effect', told, canRestart(fault) ? [RESTART] : []);
}

/** Where nothing that this page can do would help. */
const HOPELESS = new Set(['ERR_UNSUPPORTED_BROWSER', 'ERR_WEBGL_MISSING']);

export function canRestart({ code }: Fault): boolean {
  return !HOPELESS.has(code);
}

export const RESTART: Action = { label: 'Restart the effect', run: () => void restartEffect() };

/** Lets go of the effect; a dead one may not even answer that. */
function release(): void {
  for (const stop of stopListening) stop();
  stopListening = [];
  setLookTarget(null, look.value);
  const old = theEffect.value;
  theEffect.value = null;
  old?.close().catch(() => undefined);
}

/** Makes a new effect in place of a failed one, without reloading the page. */
export async function restartEffect(): Promise<void> {
  release();
  retract('effect');
  announce('Restarting the effect');
  await startEffect();
}
