/** The sending end of a connection that stays on this machine: from the engine to a page. */
import type { ToReceiver, VideoSize } from '../protocol.ts';
import { cropTrack, type CroppedTrack } from './cropped-track.ts';
import { downscaleFactor, isSameShape, largestCut, type PictureSize } from './size.ts';

/** Bits for one pixel of one frame: on this machine nothing needs to be saved. */
const BITS_PER_PIXEL = 0.16;

/** Bits a second for a picture of this size. */
export function bitrateOf(width: number, height: number, frameRate: number): number {
  return Math.max(1_500_000, Math.round(width * height * frameRate * BITS_PER_PIXEL));
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
  private cropped: CroppedTrack | null = null;
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
  async offer({ width, height, frameRate }: VideoSize): Promise<void> {
    this.bitrate = bitrateOf(width, height, frameRate);
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

  /**
   * Sends this track from now on, in the size that is to be given, or as much of it as there is.
   * @param size - the track's.
   */
  show(track: MediaStreamTrack, size: PictureSize, given: VideoSize): Promise<void> {
    // One change after the other: the browser refuses parameters that were read before another
    // change.
    this.last = this.last.then(() => this.change(track, size, given)).catch(() => undefined);
    return this.last;
  }

  close(): void {
    this.connection.close();
    this.cropped?.stop();
  }

  private async change(track: MediaStreamTrack, size: PictureSize, given: VideoSize): Promise<void> {
    const { sender } = this.transceiver;
    if (this.connection.signalingState === 'closed') return;
    const shown = isSameShape(size, given) ? track : this.crop(track, given);
    const parameters = sender.getParameters();
    const [encoding] = parameters.encodings;
    if (!encoding) return;
    const { width, height } = shown === track ? size : largestCut(size, given);
    const shrink = downscaleFactor({ width, height }, given);
    encoding.scaleResolutionDownBy = shrink;
    encoding.maxFramerate = given.frameRate;
    encoding.maxBitrate = 2 * bitrateOf(width / shrink, height / shrink, given.frameRate);
    // A page gets the size it asked for; under load the frame rate drops instead.
    parameters.degradationPreference = 'maintain-resolution';
    await sender.setParameters(parameters);
    // Last, so that no frame is sent in another size before.
    if (sender.track !== shown) await sender.replaceTrack(shown);
    if (shown === track) this.dropCropped();
  }

  private crop(track: MediaStreamTrack, shape: PictureSize): MediaStreamTrack {
    const { cropped } = this;
    if (cropped?.source === track && isSameShape(cropped.shape, shape)) return cropped.track;
    this.dropCropped();
    this.cropped = cropTrack(track, shape);
    return this.cropped.track;
  }

  private dropCropped(): void {
    this.cropped?.stop();
    this.cropped = null;
  }
}
