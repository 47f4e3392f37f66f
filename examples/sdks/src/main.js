import { StreamVideoClient } from '@stream-io/video-client';
import { ConsoleLogger, DefaultDeviceController } from 'amazon-chime-sdk-js';
import { createEffect } from 'portoon';
import { agoraTrack } from './agora.js';
import { startChimeVideo } from './chime.js';
import { produce, show } from './mediasoup.js';
import { openTransport } from './no-router.js';
import { streamFilter } from './stream.js';
import { twilioTrack } from './twilio.js';
import { publishByVonage, vonageConnector } from './vonage.js';

const effect = await createEffect({ style: 'toon' });
document.body.append(effect.canvas);
const camera = await navigator.mediaDevices.getUserMedia({ video: true });
const [own] = camera.getVideoTracks();
const cartoon = await effect.process(own);

// What each SDK does with the track while it has neither account nor server. Daily does nothing
// before it has loaded the rest of itself from its own server.
const producer = await produce(await openTransport(), cartoon);
const devices = new DefaultDeviceController(new ConsoleLogger('chime'));
const place = /** @type {HTMLElement} */ (document.querySelector('#publisher'));
publishByVonage(place, cartoon);
const sent = {
  mediasoup: producer.track,
  twilio: twilioTrack(cartoon).mediaStreamTrack,
  agora: agoraTrack(cartoon).getMediaStreamTrack(),
  chime: (await startChimeVideo(devices, cartoon))?.getVideoTracks()[0],
};
const { camera: streamCamera } = new StreamVideoClient({ apiKey: 'none' }).call('default', 'none');

// For the console: await portoon.set({ style: 'udnie' })
Object.assign(window, {
  portoon: effect,
  cartoon,
  sent,
  /** Whether mediasoup's producer sends the camera itself afterwards. */
  async sendsCamera() {
    await show(producer, own);
    return producer.track === own;
  },
  /** The tracks of Stream's camera and of Vonage's connector, which end the one above. */
  async filtered() {
    await streamCamera.registerFilter(streamFilter(effect)).registered;
    await streamCamera.enable();
    const stream = streamCamera.state.mediaStream?.getVideoTracks()[0];
    const vonage = await vonageConnector(effect).setTrack(own);
    return { stream, vonage };
  },
});
