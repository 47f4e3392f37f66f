import { cartoonEffect } from 'portoon/jitsi';
import { LocalTrack } from './local-track.js';

const track = new LocalTrack(document.querySelector('video'));
const cartoon = cartoonEffect({ style: 'toon', onFailure: console.error });
await track.unmute();
await track.setEffect(cartoon);

document.querySelector('[name=cartoon]').addEventListener('change', ({ target }) => {
  void track.setEffect(target.checked ? cartoon : null);
});
document.querySelector('[name=camera]').addEventListener('change', ({ target }) => {
  void (target.checked ? track.unmute() : track.mute());
});

// For the console: await cartoon.set({ style: 'udnie' })
Object.assign(window, { cartoon });
