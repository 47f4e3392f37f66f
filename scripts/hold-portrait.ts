import type { Page } from 'playwright';
import { DEMO_PERIOD } from './demo/frame.ts';

/**
 * Keeps the demo clip of a page in its first framing, so that pictures that are taken minutes apart
 * show the same view. Call it before the page is opened.
 */
export async function holdPortrait(page: Page): Promise<void> {
  await page.addInitScript((end) => {
    // The player is not in the document, so its events are caught where it begins to play.
    const { prototype } = HTMLMediaElement;
    type Play = (this: HTMLMediaElement) => Promise<void>;
    const play = Object.getOwnPropertyDescriptor(prototype, 'play')!.value as Play;
    prototype.play = function () {
      this.addEventListener('timeupdate', () => {
        // Browsers fire `timeupdate` about four times a second.
        if (this.currentTime > end - 0.5) this.currentTime = 0;
      });
      return play.call(this);
    };
  }, DEMO_PERIOD);
}
