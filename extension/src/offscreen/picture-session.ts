/** One receiver of a picture: a page's request, or the popup. */
import { Sender } from '../connection/sender.ts';
import type { RequestedVideo, ToOffscreen, ToReceiver } from '../protocol.ts';
import type { SiteChoice } from '../sites.ts';
import { findCamera, cameraInfoFor, listCamerasFor, toCameraError, unmetConstraint } from './cameras.ts';
import { acquire, release } from './engines.ts';
import type { CameraEngine, EngineListener } from './engine.ts';

export class PictureSession implements EngineListener {
  private site: SiteChoice | null = null;
  private engine: CameraEngine | null = null;
  private requested: RequestedVideo | null = null;
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
    if (!site || this.requested) return;
    this.requested = requested;
    try {
      const deviceId = await findCamera(site.origin, requested);
      // The page may have been closed meanwhile.
      if (this.closed) return;
      this.engine = acquire(site, deviceId, this);
      this.engine.again();
      const track = await this.engine.open(requested);
      const constraint = unmetConstraint(track, requested);
      if (constraint !== undefined) throw new OverconstrainedError(constraint, 'The camera cannot do that.');
      this.post({ type: 'camera', camera: await cameraInfoFor(site.origin, track) });
      this.onShown();
      await this.sender.offer(requested);
    } catch (error) {
      if (this.closed) return;
      this.post({ type: 'refused', ...toCameraError(error) });
      this.close();
    }
  }

  private async constrain(id: number, requested: RequestedVideo): Promise<void> {
    const { engine, site } = this;
    if (!engine || !site) return;
    const track = await engine.open(requested);
    const refused = (await this.wantsAnother(requested)) ? 'deviceId' : unmetConstraint(track, requested);
    if (refused !== undefined) {
      this.post({ type: 'constrained', id, refused });
      return;
    }
    this.requested = requested;
    await this.showPicture();
    this.post({ type: 'constrained', id, camera: await cameraInfoFor(site.origin, track) });
  }

  /** Whether the request needs another camera, which a track cannot change to. */
  private async wantsAnother(requested: RequestedVideo): Promise<boolean> {
    const { engine, site } = this;
    if (!requested.camera?.exact || !site) return false;
    const id = await findCamera(site.origin, requested).catch(() => undefined);
    return id !== engine?.cameraId;
  }

  private async showPicture(): Promise<void> {
    const { engine, requested } = this;
    const size = engine?.cameraSize;
    if (!engine?.picture || !requested || !size || this.closed) return;
    await this.sender.show(engine.picture, size, requested);
  }
}
