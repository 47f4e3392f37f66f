import { Device } from 'mediasoup-client';

/** What a router with VP8 says of itself, and of a transport; there is none behind it. */
const CODEC = /** @type {const} */ ({
  kind: 'video',
  mimeType: 'video/VP8',
  preferredPayloadType: 96,
  clockRate: 90_000,
});
const FINGERPRINT = /** @type {const} */ ({
  algorithm: 'sha-256',
  value: Array(32).fill('AB').join(':'),
});

/** A transport as the server of a call describes it. */
export async function openTransport() {
  const device = new Device();
  await device.load({ routerRtpCapabilities: { codecs: [CODEC], headerExtensions: [] } });
  const transport = device.createSendTransport({
    id: 'transport',
    iceParameters: { usernameFragment: 'none', password: 'none-none-none-none-none', iceLite: true },
    iceCandidates: [],
    dtlsParameters: { role: 'auto', fingerprints: [FINGERPRINT] },
  });
  transport.on('connect', (_parameters, connected) => {
    connected();
  });
  transport.on('produce', (_parameters, produced) => {
    produced({ id: 'producer' });
  });
  return transport;
}
