import { createEffect } from 'portoon';

const effect = await createEffect({ style: 'toon' });
document.body.prepend(effect.canvas);
const camera = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
await effect.feed(camera.getVideoTracks()[0]);

// The microphone's sound comes with the cartoon's picture.
const stream = new MediaStream([await effect.output(), ...camera.getAudioTracks()]);
const button = document.querySelector('button');
const link = document.querySelector('a');
let recorder = null;
button.disabled = false;
button.addEventListener('click', () => {
  if (recorder) {
    recorder.stop();
    recorder = null;
    button.textContent = 'Record';
    return;
  }
  const pieces = [];
  recorder = new MediaRecorder(stream, { mimeType: 'video/webm' });
  recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
  recorder.addEventListener('stop', () => {
    URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob(pieces, { type: 'video/webm' }));
    link.hidden = false;
  });
  recorder.start();
  button.textContent = 'Stop';
});

// For the console: await portoon.set({ style: 'udnie' })
Object.assign(window, { portoon: effect });
