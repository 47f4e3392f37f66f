/** One receiver of a picture: a page's request, or the popup. */
import { Sender } from '../connection/sender.ts';
import { downscaleFactor } from '../connection/size.ts';
import type { CameraInfo, RequestedVideo, ToOffscreen, ToReceiver, VideoSize } from '../protocol.ts';
import type { SiteChoice } from '../sites.ts';
import { cameraInfoFor, listCamerasFor, toCameraError } from './cameras.ts';
import { asksForSize, findCamera, ownConstraints } from './constraints.ts';
import { acquire, release } from './engines.ts';
import type { CameraEngine, EngineListener } from './engine.ts';

export class PictureSession implements EngineListener {
  private site: SiteChoice | null = null;
  private engine: CameraEngine | null = null;
  private isOpened = false;
  /** What the page gets; null before that is known. */
  private given: VideoSize | null = null;
  private readonly sender: Sender;
  private closed = false;

  constructor(private readonly post: (message: ToReceiver) => void) {
    this.sender = new Sender(post);
  }

  async receive(message: ToOffscreen): Promise<void> {
    switch (message.type) {
      case 'site':
        this.site = message.site;
        this.engine?.setSite(message.site);
        break;
      case 'open':
        await this.open(message.requested);
        break;
      case 'answer':
        await this.sender.answer(message.sdp);
        await this.showPicture();
        break;
      case 'candidate':
        await this.sender.candidate(message.candidate);
        break;
      case 'constrain':
        await this.constrain(message.id, message.requested);
        break;
      case 'devices':
        this.post({ type: 'devices', cameras: await listCamerasFor(this.site?.origin ?? '') });
        break;
      case 'retry':
        this.engine?.again();
        break;
      case 'close':
        this.close();
        break;
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.sender.close();
    if (this.engine) release(this.engine, this);
  }

  onPicture(): void {
    void this.showPicture();
  }

  onShown(): void {
    const { engine } = this;
    if (!engine || this.closed) return;
    this.post({ type: 'shown', shown: engine.shown, fault: engine.fault, styles: engine.styles });
  }

  onEnded(): void {
    this.onShown();
    this.post({ type: 'ended' });
    this.close();
  }

  private async open(requested: RequestedVideo): Promise<void> {
    const { site } = this;
    if (!site || this.isOpened) return;
    this.isOpened = true;
    try {
      const constraints = await ownConstraints(site.origin, requested);
      const deviceId = await findCamera(constraints);
      // The page may have been closed meanwhile.
      if (this.closed) return;
      this.engine = acquire(site, deviceId, this);
      this.engine.again();
      const camera = await this.agree(this.engine, site, requested.size, constraints);
      this.post({ type: 'camera', camera });
      this.onShown();
      await this.sender.offer(this.given ?? requested.size);
    } catch (error) {
      if (this.closed) return;
      this.post({ type: 'refused', ...toCameraError(error) });
      this.close();
    }
  }

  private async constrain(id: number, requested: RequestedVideo): Promise<void> {
    const { engine, site } = this;
    if (!engine || !site) return;
    try {
      const constraints = await ownConstraints(site.origin, requested);
      const camera = await this.agree(engine, site, requested.size, constraints);
      await this.showPicture();
      this.post({ type: 'constrained', id, camera });
    } catch (error) {
      if (this.closed) return;
      const refused = error instanceof OverconstrainedError ? error.constraint : '';
      this.post({ type: 'constrained', id, refused });
    }
  }

  /** Finds out what the page gets for its constraints. */
  private async agree(
    engine: CameraEngine,
    { origin }: SiteChoice,
    size: VideoSize,
    constraints: MediaTrackConstraints,
  ): Promise<CameraInfo> {
    const settings = await engine.open(size, constraints);
    const { track } = engine;
    if (!track) throw new DOMException('The camera was stopped.', 'AbortError');
    const { width = size.width, height = size.height } = settings;
    const { frameRate = size.frameRate } = 'frameRate' in constraints ? settings : size;
    // A page that named no size gets one near the usual, in the camera's own shape.
    const shrink = asksForSize(constraints) ? 1 : downscaleFactor({ width, height }, size);
    this.given = { width: Math.round(width / shrink), height: Math.round(height / shrink), frameRate };
    return cameraInfoFor(origin, track, { ...settings, ...this.given });
  }

  private async showPicture(): Promise<void> {
    const { engine, given } = this;
    const size = engine?.cameraSize;
    if (!engine?.picture || !given || !size || this.closed) return;
    await this.sender.show(engine.picture, size, given);
  }
}
