import { createLocalVideoTrack, Room } from 'livekit-client';
import { cartoonProcessor, isSupported } from 'portoon/livekit';

const track = await createLocalVideoTrack();
const support = isSupported();
const cartoon = cartoonProcessor({ style: 'toon' });
if (support.supported) await track.setProcessor(cartoon);
else console.info(support.fault.message, support.fault.wayOut);
track.attach(document.querySelector('video'));

const form = document.querySelector('form');
form.hidden = false;
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { url, token } = Object.fromEntries(new FormData(form));
  const room = new Room();
  await room.connect(url, token);
  await room.localParticipant.publishTrack(track);
});

// For the console: await cartoon.set({ style: 'udnie' })
Object.assign(window, { cartoon, track });
