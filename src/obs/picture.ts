import type { Parameters } from './parameters.ts';
import { pageOf } from './card.ts';
import { Unstacker } from './unstack.ts';

/**
 * The picture, the only thing on this page. A new stream replaces the old one with its first frame,
 * never earlier.
 */
export class Picture {
  private unstacker: Unstacker | null = null;
  /** Whether nothing is to be seen; frames that were on their way are not shown any more. */
  private cleared = false;
  /** A canvas that somebody else draws on. */
  private placed: HTMLCanvasElement | null = null;
  private muted: boolean;
  private video: HTMLVideoElement | null = null;
  /** Whether the video is unpacked onto the unstacker's canvas, and not shown itself. */
  private stacked = false;
  /** The last picture of a stream that was lost. */
  private still: HTMLCanvasElement | null = null;
  /** The newest stream's video, until its first frame is there. */
  private coming: HTMLVideoElement | null = null;

  /**
   * @param onFrame - called when the first frame of a stream is on the page, or a lost stream goes
   *   on.
   * @param onOdd - called with the size of frames that should be stacked and are not.
   */
  constructor(
    private readonly parameters: Pick<Parameters, 'audio' | 'fit' | 'mirror'>,
    private readonly onFrame: () => void,
    private readonly onOdd: (width: number, height: number) => void,
  ) {
    this.muted = !parameters.audio;
  }

  /** @param stacked - whether the stream is packed as `stacked-1`. */
  show(stream: MediaStream, stacked: boolean): void {
    if (this.coming) drop(this.coming);
    const video = this.dress(document.createElement('video'));
    this.coming = video;
    video.autoplay = true;
    video.playsInline = true;
    video.disablePictureInPicture = true;
    video.muted = this.muted;
    video.hidden = true;
    video.srcObject = stream;
    pageOf().append(video);
    void play(video);
    video.requestVideoFrameCallback(() => {
      this.arrive(video, stacked);
    });
  }

  /** Shows a canvas that somebody else draws on, in place of the one before. */
  place(canvas: HTMLCanvasElement): void {
    this.placed?.remove();
    this.placed = this.dress(canvas);
    pageOf().append(canvas);
  }

  /** Silences the stream, or lets it be heard again. */
  mute(muted: boolean): void {
    this.muted = muted;
    for (const video of [this.video, this.coming]) if (video) video.muted = muted;
  }

  /**
   * Keeps the last picture until the next frame comes. A video element goes black when its
   * connection closes.
   */
  freeze(): void {
    const { video } = this;
    if (this.stacked || this.still || !video || video.hidden) return;
    const still = this.dress(document.createElement('canvas'));
    still.width = video.videoWidth;
    still.height = video.videoHeight;
    still.getContext('2d')?.drawImage(video, 0, 0);
    pageOf().append(still);
    video.hidden = true;
    this.still = still;
  }

  /** Shows the stream again, after it seemed lost. */
  resume(): void {
    this.cleared = false;
    if (this.placed) {
      this.placed.hidden = false;
      this.onFrame();
    }
    if (!this.video || this.coming) return;
    this.video.hidden = this.stacked;
    this.thaw();
    this.onFrame();
  }

  /** Takes the picture away, until the next frame. */
  clear(): void {
    this.cleared = true;
    if (this.video) this.video.hidden = true;
    if (this.unstacker) this.unstacker.canvas.hidden = true;
    if (this.placed) this.placed.hidden = true;
  }

  private arrive(video: HTMLVideoElement, stacked: boolean): void {
    if (this.coming !== video) return;
    const before = this.video;
    this.video = video;
    this.cleared = false;
    this.stacked = stacked;
    this.coming = null;
    if (stacked) this.unstack(video, (this.unstacker ??= this.newUnstacker()));
    else {
      video.hidden = false;
      if (this.unstacker) this.unstacker.canvas.hidden = true;
    }
    if (before) drop(before);
    this.thaw();
    this.onFrame();
  }

  private thaw(): void {
    this.still?.remove();
    this.still = null;
  }

  private newUnstacker(): Unstacker {
    const unstacker = new Unstacker();
    pageOf().append(this.dress(unstacker.canvas));
    return unstacker;
  }

  private unstack(video: HTMLVideoElement, unstacker: Unstacker): void {
    if (this.video !== video) return;
    if (unstacker.draw(video)) unstacker.canvas.hidden = this.cleared;
    else this.onOdd(video.videoWidth, video.videoHeight);
    video.requestVideoFrameCallback(() => {
      this.unstack(video, unstacker);
    });
  }

  private dress<E extends HTMLElement>(element: E): E {
    element.className = 'picture';
    element.style.objectFit = this.parameters.fit;
    if (this.parameters.mirror) element.style.transform = 'scaleX(-1)';
    return element;
  }
}

/**
 * In a browser that requires a click before it plays sound, the picture plays alone. OBS does not
 * require one.
 */
async function play(video: HTMLVideoElement): Promise<void> {
  try {
    await video.play();
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
    video.muted = true;
    await video.play().catch(() => undefined);
  }
}

function drop(video: HTMLVideoElement): void {
  video.srcObject = null;
  video.remove();
}
