/** The sending end of a connection that stays on this machine: from the engine to a page. */
import type { RequestedVideo, ToReceiver } from '../protocol.ts';

/** Bits for one pixel of one frame: on this machine nothing needs to be saved. */
const BITS_PER_PIXEL = 0.16;

/** Bits a second for a picture of this size. */
export function bitrateOf(width: number, height: number, frameRate: number): number {
  return Math.max(1_500_000, Math.round(width * height * frameRate * BITS_PER_PIXEL));
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** How much smaller a picture of `size` is sent to a page that asked for less. At least 1. */
export function downscaleFactor(size: PictureSize, requested: PictureSize): number {
  // The larger side counts, so that a page that cuts its picture out has enough of it.
  return Math.max(1, Math.min(size.width / requested.width, size.height / requested.height));
}

/** Makes the sender start at full bitrate; else it starts low and ramps up over seconds. */
export function withStartBitrate(sdp: string, bitrate: number): string {
  const kilobits = Math.round(bitrate / 1000);
  const rates = `x-google-start-bitrate=${kilobits};x-google-min-bitrate=${Math.round(kilobits / 2)}`;
  const [, codec] = /^m=video \d+ \S+ (\d+)/m.exec(sdp) ?? [];
  if (codec === undefined) return sdp;
  const given = new RegExp(`^a=fmtp:${codec} .*$`, 'm');
  if (given.test(sdp)) return sdp.replace(given, (line) => `${line};${rates}`);
  return sdp.replace(
    new RegExp(`^a=rtpmap:${codec} .*$`, 'm'),
    (line) => `${line}\r\na=fmtp:${codec} ${rates}`,
  );
}

export class Sender {
  private readonly connection = new RTCPeerConnection();
  private readonly transceiver = this.connection.addTransceiver('video', { direction: 'sendonly' });
  private bitrate = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly post: (message: ToReceiver) => void) {
    this.connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) post({ type: 'candidate', candidate: candidate.toJSON() });
    });
    const able = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
    // The codec that is cheapest to encode in software: the processor also runs the nets.
    const cheap = ({ mimeType }: RTCRtpCodec) => mimeType.toLowerCase() === 'video/vp8';
    this.transceiver.setCodecPreferences([...able.filter(cheap), ...able.filter((one) => !cheap(one))]);
  }

  /** Begins to connect, before there is a picture. */
  async offer(requested: RequestedVideo): Promise<void> {
    this.bitrate = bitrateOf(requested.width, requested.height, requested.frameRate);
    const offer = await this.connection.createOffer();
    await this.connection.setLocalDescription(offer);
    this.post({ type: 'offer', sdp: offer.sdp ?? '' });
  }

  async answer(sdp: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: 'answer', sdp: withStartBitrate(sdp, this.bitrate) });
  }

  async candidate(candidate: RTCIceCandidateInit): Promise<void> {
    await this.connection.addIceCandidate(candidate);
  }

  /** Sends this track from now on, no larger than was asked for. */
  show(track: MediaStreamTrack, size: PictureSize, requested: RequestedVideo): Promise<void> {
    // One change after the other: the browser refuses parameters that were read before another
    // change.
    this.last = this.last.then(() => this.change(track, size, requested)).catch(() => undefined);
    return this.last;
  }

  close(): void {
    this.connection.close();
  }

  private async change(track: MediaStreamTrack, size: PictureSize, requested: RequestedVideo): Promise<void> {
    const { sender } = this.transceiver;
    if (this.connection.signalingState === 'closed') return;
    if (sender.track !== track) await sender.replaceTrack(track);
    const parameters = sender.getParameters();
    const [encoding] = parameters.encodings;
    if (!encoding) return;
    const shrink = downscaleFactor(size, requested);
    encoding.scaleResolutionDownBy = shrink;
    encoding.maxFramerate = requested.frameRate;
    encoding.maxBitrate = 2 * bitrateOf(size.width / shrink, size.height / shrink, requested.frameRate);
    // A page gets the size it asked for; under load the frame rate drops instead.
    parameters.degradationPreference = 'maintain-resolution';
    await sender.setParameters(parameters);
  }
}
