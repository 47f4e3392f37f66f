import { WhepPlayer } from '../call/whep.ts';
import { Card, StatsLine } from './card.ts';
import { followSource } from './obs-studio.ts';
import { readParameters } from './parameters.ts';
import { Picture } from './picture.ts';

const { parameters, problems } = readParameters(location.search, (value) => CSS.supports('color', value));
const { whep, token, audio, onlost, chroma } = parameters;
const root = document.documentElement;

const debugCard = parameters.debug ? new Card('debug') : null;
const statsCard = parameters.stats ? new Card('stats') : null;
const statsLine = new StatsLine();
let player: WhepPlayer | null = null;

/** The promise that other programs read from `<html data-state>`. */
function become(state: 'loading' | 'ready' | 'running' | 'error'): void {
  root.dataset.state = state;
}

/** All that is known, for whoever asks with `debug=1`. */
function explain(...more: string[]): void {
  const link = player ? `whep: ${player.state}` : 'No stream';
  const { message = '', wayOut = '' } = player?.fault ?? {};
  debugCard?.show([link, message, wayOut, ...problems, ...more].filter((line) => line !== ''));
}

function follow(): void {
  explain();
  if (player?.state === 'live') {
    picture.resume();
    return;
  }
  become('ready');
  if (onlost === 'clear') picture.clear();
  else picture.freeze();
}

function play(): void {
  if (whep === null || player) return;
  player = new WhepPlayer({
    endpoint: { url: whep, token },
    audio,
    onStream(stream) {
      picture.show(stream);
    },
    onChange: follow,
    onReport: (report) => statsCard?.show([statsLine.read(report)]),
  });
}

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
followSource(() => {
  player?.stop();
  player = null;
}, play);
become(whep === null ? 'error' : 'ready');
play();
explain();
