import { listenForControl } from '../control.ts';
import type { LookOptions } from '../effect/index.ts';
import { Card, StatsLine } from './card.ts';
import { followSource } from './obs-studio.ts';
import { readParameters } from './parameters.ts';
import { Picture } from './picture.ts';
import { createPlayer, lookNotSettableHere } from './player.ts';

const { parameters, problems } = readParameters(location.search, (value) => CSS.supports('color', value));
const { chroma, onlost } = parameters;

const statsCard = parameters.stats ? new Card('stats') : null;
const statsLine = new StatsLine();

const picture = new Picture(
  parameters,
  () => {
    become('running');
  },
  (width, height) => {
    explain(`alpha=stacked-1, but the frames are ${width} × ${height}: no picture above its matte.`);
  },
);
const player = createPlayer(parameters, {
  picture,
  onChange: showState,
  onReport(report) {
    statsCard?.show([statsLine.read(report)]);
  },
});

// An address that can never show a picture is explained unasked: it has not been on air yet.
const debugCard = parameters.debug || player === null ? new Card('debug') : null;

/** The promise that other programs read from `<html data-state>`. */
function become(state: 'loading' | 'ready' | 'running' | 'error'): void {
  document.documentElement.dataset.state = state;
}

/** Shows the diagnostics, where there is a card for them. */
function explain(...more: string[]): void {
  const lines = player?.explain() ?? ['No stream'];
  debugCard?.show([...lines, ...problems, ...more].filter((line) => line !== ''));
}

function showState(): void {
  explain();
  if (player?.state === 'live') {
    picture.resume();
    return;
  }
  become('ready');
  if (onlost === 'clear') picture.clear();
  else picture.freeze();
}

/**
 * What decks and bots can control here: the look of the effect on this page, and the sound of a
 * stream. A studio's stream is controlled in the studio.
 */
const control = {
  async set(changes: LookOptions): Promise<void> {
    if (!player) throw lookNotSettableHere();
    await player.set(changes);
  },
  mute(muted: boolean): void {
    picture.mute(muted);
  },
};

if (chroma !== null) document.body.style.background = chroma;
if (player) {
  followSource(
    player.patience,
    () => {
      player.rest();
    },
    () => {
      player.play();
    },
  );
  player.play();
}
Object.assign(window, { portoon: control });
listenForControl(control);
// The effect's state changes all the time; a stream reports each change.
if (parameters.input !== null && parameters.debug) setInterval(explain, 1000);
become(player ? 'ready' : 'error');
explain();
