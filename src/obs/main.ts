import { Watcher } from '../call/watcher.ts';
import { WhepPlayer } from '../call/whep.ts';
import { listenForControl } from '../control.ts';
import type { LookOptions } from '../effect/index.ts';
import { Card, StatsLine } from './card.ts';
import type { Direct } from './direct.ts';
import { followSource } from './obs-studio.ts';
import { readParameters } from './parameters.ts';
import { Picture } from './picture.ts';

const { parameters, problems } = readParameters(location.search, (value) => CSS.supports('color', value));
const { input, room, view, whep, token, alpha, audio, bitrate, label, onlost, chroma, ep } = parameters;
const { style, region, strength, quality } = parameters;
/** A stream of a media server takes a moment to come again; a studio goes on where it paused. */
const KEPT_MS = room !== null && view !== null ? 1500 : 10_000;
const root = document.documentElement;

const debugCard = parameters.debug ? new Card('debug') : null;
const statsCard = parameters.stats ? new Card('stats') : null;
const statsLine = new StatsLine();
/** The look of the effect in place; what controls change of it stays when it is made anew. */
let look: LookOptions = {
  style,
  region,
  strength,
  quality,
  background: alpha === 'none' ? 'live' : 'transparent',
};
let player: Watcher | WhepPlayer | Direct | null = null;
let plays = 0;

/** The promise that other programs read from `<html data-state>`. */
function become(state: 'loading' | 'ready' | 'running' | 'error'): void {
  root.dataset.state = state;
}

/** All that is known, for whoever asks with `debug=1`. */
function explain(...more: string[]): void {
  debugCard?.show([...links(), ...problems, ...more].filter((line) => line !== ''));
}

function links(): string[] {
  if (!player) return ['No stream'];
  const { message = '', wayOut = '' } = player.fault ?? {};
  if (player instanceof WhepPlayer) return [`whep: ${player.state}`, message, wayOut];
  if (isInPlace(player)) return [`effect: ${player.state}`, message, wayOut, ...player.diagnose()];
  const { server, person } = player.found;
  const missing = server && !person ? 'The studio is not there: open it, and switch its OBS link on.' : '';
  return [`studio: ${player.state}`, message, wayOut, missing];
}

/** Its class comes with all that the effect needs, and so only to pages that run one. */
function isInPlace(player: Watcher | WhepPlayer | Direct): player is Direct {
  return 'diagnose' in player;
}

function follow(): void {
  explain();
  if (player?.state === 'live') {
    if (isInPlace(player)) become('running');
    else picture.resume();
    return;
  }
  become('ready');
  if (onlost === 'clear') picture.clear();
  else picture.freeze();
}

function onReport(report: RTCStatsReport): void {
  statsCard?.show([statsLine.read(report)]);
}

function play(): void {
  if (player instanceof Watcher) player.pause(false);
  if (player) return;
  if (input !== null) void playInPlace(input);
  else if (room !== null && view !== null)
    player = new Watcher({
      room,
      view,
      label,
      wants: {
        alpha: alpha !== 'none',
        audio,
        paused: false,
        ...(bitrate === null ? {} : { bitrate: 1000 * bitrate }),
      },
      onStream(stream, stacked) {
        picture.show(stream, stacked);
      },
      onChange: follow,
      onReport,
    });
  else if (whep !== null)
    player = new WhepPlayer({
      endpoint: { url: whep, token },
      audio,
      onStream(stream) {
        picture.show(stream, alpha === 'stacked-1');
      },
      onChange: follow,
      onReport,
    });
}

async function playInPlace(from: 'camera' | 'demo'): Promise<void> {
  const mine = ++plays;
  const { Direct } = await import('./direct.ts');
  if (mine !== plays) return;
  player = new Direct({
    input: from,
    effect: { ...look, ep },
    onCanvas(canvas) {
      picture.place(canvas);
    },
    onChange: follow,
  });
  explain();
}

/** Nobody sees the source: a studio is told to send nothing, a media server is let go of. */
function rest(): void {
  if (player instanceof Watcher) {
    player.pause(true);
    return;
  }
  plays++;
  player?.stop();
  player = null;
}

/**
 * What decks and bots can control here: the look of the effect on this page, and the sound of a
 * stream. A studio's stream is controlled in the studio.
 */
const control = {
  async set(wish: LookOptions): Promise<void> {
    if (input === null) throw new Error('The look is the studio’s: steer that page.');
    if (!player || !isInPlace(player) || !player.effect) throw new Error('The effect is not ready yet.');
    await player.effect.set(wish);
    look = { ...look, ...wish };
  },
  mute(muted: boolean): void {
    picture.mute(muted);
  },
};

if (chroma !== null) document.body.style.background = chroma;
const picture = new Picture(
  parameters,
  () => {
    become('running');
  },
  (width, height) => {
    explain(`alpha=stacked-1, but the frames are ${width} × ${height}: no picture above its matte.`);
  },
);
followSource(KEPT_MS, rest, play);
play();
Object.assign(window, { portoon: control });
listenForControl(control);
if (input !== null && parameters.debug) setInterval(explain, 1000);
become(input !== null || (room !== null && view !== null) || whep !== null ? 'ready' : 'error');
explain();
