import { createEffect } from 'portoon';

const effect = await createEffect({ style: 'toon' });
document.body.append(effect.canvas);
const camera = await navigator.mediaDevices.getUserMedia({ video: true });
await effect.feed(camera.getVideoTracks()[0]);

// For the console: await portoon.set({ style: 'udnie' })
Object.assign(window, { portoon: effect });
