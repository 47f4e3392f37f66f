/** The receiving end: in a page whose camera is replaced, and in the popup. */
import type { CameraInfo, RequestedVideo, FromReceiver, ToReceiver } from '../protocol.ts';

// Saved before the page's scripts could replace them.
const { RTCPeerConnection: Connection, MediaStreamTrackProcessor: Processor } = self;

/** Time limit for the first picture, in milliseconds. */
const FIRST_FRAME_TIMEOUT_MS = 30_000;

/** The picture did not arrive, for reasons that are not the camera's. */
export class LinkError extends Error {}

export interface ReceiverEvents {
  /** No more frames will come, as when a camera is unplugged. */
  onEnded: () => void;
}

export class Receiver {
  /** Known once `open` has resolved. */
  camera: CameraInfo | null = null;
  private readonly connection = new Connection();
  private readonly opened = Promise.withResolvers<MediaStreamTrack>();
  private readonly early: RTCIceCandidateInit[] = [];
  private readonly constraining = new Map<number, PromiseWithResolvers<null>>();
  private asked = 0;
  private over = false;

  constructor(
    private readonly post: (message: FromReceiver) => void,
    private readonly events: ReceiverEvents,
  ) {
    this.connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) post({ type: 'candidate', candidate: candidate.toJSON() });
    });
    this.connection.addEventListener('track', ({ track, receiver }) => {
      receiver.jitterBufferTarget = 0;
      void firstFrame(track).then(() => {
        this.opened.resolve(track);
      });
    });
    this.connection.addEventListener('connectionstatechange', () => {
      if (this.connection.connectionState === 'failed') this.fail('the connection failed');
    });
  }

  /**
   * Asks for a camera, and waits for the first frame.
   * @throws DOMException as `getUserMedia`, if the camera cannot be opened.
   * @throws LinkError if its picture does not arrive.
   */
  async open(requested: RequestedVideo): Promise<MediaStreamTrack> {
    this.post({ type: 'open', requested });
    const timer = setTimeout(() => {
      this.fail('it took too long');
    }, FIRST_FRAME_TIMEOUT_MS);
    try {
      return await this.opened.promise;
    } catch (error) {
      this.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks the camera for another size or rate. */
  async constrain(requested: RequestedVideo): Promise<void> {
    const answer = Promise.withResolvers<null>();
    this.constraining.set(++this.asked, answer);
    this.post({ type: 'constrain', id: this.asked, requested });
    await answer.promise;
  }

  async receive(message: ToReceiver): Promise<void> {
    switch (message.type) {
      case 'camera':
        this.camera = message.camera;
        break;
      case 'offer':
        await this.answer(message.sdp);
        break;
      case 'candidate':
        if (this.connection.remoteDescription) await this.connection.addIceCandidate(message.candidate);
        else this.early.push(message.candidate);
        break;
      case 'constrained':
        this.settle(message);
        break;
      case 'refused':
        this.opened.reject(exceptionOf(message));
        break;
      case 'ended':
        this.fail('the camera ended');
        break;
    }
  }

  /** The other side has disconnected, or something else went wrong. */
  fail(why: string): void {
    this.opened.reject(new LinkError(why));
    this.end();
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    this.post({ type: 'close' });
    this.connection.close();
    for (const { resolve } of this.constraining.values()) resolve(null);
  }

  private end(): void {
    if (this.over) return;
    this.close();
    this.events.onEnded();
  }

  private async answer(sdp: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: 'offer', sdp });
    const answer = await this.connection.createAnswer();
    await this.connection.setLocalDescription(answer);
    this.post({ type: 'answer', sdp: answer.sdp ?? '' });
    for (const candidate of this.early.splice(0)) await this.connection.addIceCandidate(candidate);
  }

  private settle({ id, camera, refused }: ToReceiver & { type: 'constrained' }): void {
    const answer = this.constraining.get(id);
    this.constraining.delete(id);
    if (camera) this.camera = camera;
    if (refused === undefined) answer?.resolve(null);
    else answer?.reject(new OverconstrainedError(refused, 'The camera cannot do that.'));
  }
}

function exceptionOf({ name, message, constraint }: ToReceiver & { type: 'refused' }): Error {
  return name === 'OverconstrainedError'
    ? new OverconstrainedError(constraint ?? '', message)
    : new DOMException(message, name);
}

/** Resolves when a track has shown something. */
async function firstFrame(track: MediaStreamTrack): Promise<void> {
  const clone = track.clone();
  const reader = new Processor({ track: clone as MediaStreamVideoTrack }).readable.getReader();
  const { value } = await reader.read();
  value?.close();
  await reader.cancel();
  clone.stop();
}
