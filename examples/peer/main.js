import { createEffect } from 'portoon';

const camera = await navigator.mediaDevices.getUserMedia({ video: true });
const [own] = camera.getVideoTracks();
const effect = await createEffect({ style: 'toon' });
const cartoon = await effect.process(own);

// Both ends are in this page; in a call they exchange these descriptions by your server.
const caller = new RTCPeerConnection();
const friend = new RTCPeerConnection();
caller.addEventListener('icecandidate', ({ candidate }) => friend.addIceCandidate(candidate ?? undefined));
friend.addEventListener('icecandidate', ({ candidate }) => caller.addIceCandidate(candidate ?? undefined));
friend.addEventListener('track', ({ track }) => {
  document.querySelector('video').srcObject = new MediaStream([track]);
});
const sender = caller.addTrack(cartoon);
await caller.setLocalDescription();
await friend.setRemoteDescription(caller.localDescription);
await friend.setLocalDescription();
await caller.setRemoteDescription(friend.localDescription);

// Another track needs no new negotiation.
document.querySelector('input').addEventListener('change', ({ target }) => {
  void sender.replaceTrack(target.checked ? cartoon : own);
});

// For the console: await portoon.set({ style: 'udnie' })
Object.assign(window, { portoon: effect });
