import { createEffect } from 'portoon';

const assets = new URL('./node_modules/portoon/dist-lib/assets/', import.meta.url);
const list = await (await fetch(new URL('models/manifest.json', assets))).json();

// A style is a net and a recipe. This one takes the net of "toon", which tells tones and lines, and
// draws white lines on blue paper. With a net of your own `file`, `sha256` and `bytes` are its own,
// and the file lies beside the others.
list.models.push({
  ...list.models.find(({ id, grade }) => id === 'toon' && grade === 'live'),
  id: 'blueprint',
  title: 'Blueprint',
  draw: {
    ink: { colour: [0.93, 0.97, 1], width: 0.4, silhouette: 1.5 },
    paper: { colour: [0.09, 0.25, 0.55], grain: 0.06, tone: 0 },
  },
});
const ownList = URL.createObjectURL(new Blob([JSON.stringify(list)], { type: 'application/json' }));

const effect = await createEffect({
  style: 'blueprint',
  assets: (name) => (name === 'models/manifest.json' ? ownList : new URL(name, assets)),
});
document.body.append(effect.canvas);
const camera = await navigator.mediaDevices.getUserMedia({ video: true });
await effect.feed(camera.getVideoTracks()[0]);

// For the console: await portoon.set({ style: 'toon' })
Object.assign(window, { portoon: effect });
