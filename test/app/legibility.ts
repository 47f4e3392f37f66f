import type { Page } from 'playwright';

/** The texts that are hard to read over black or over white, with their contrast. */
export function faint(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
    /** What a stack of colours looks like over black or white. */
    const paint = (colours: string[]) => {
      context.clearRect(0, 0, 1, 1);
      for (const colour of colours) {
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
      }
      return context.getImageData(0, 0, 1, 1).data;
    };
    const luminance = (data: Uint8ClampedArray) => {
      const [r, g, b] = Array.from(data, (c) =>
        c / 255 <= 0.04045 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    const texts = Array.from(document.querySelectorAll('.chrome *')).filter(
      (element) =>
        element.checkVisibility() &&
        !element.closest('.unseen') &&
        Array.from(element.childNodes).some(
          (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
        ),
    );
    return texts.flatMap((element) => {
      const grounds: string[] = [];
      for (let at: Element | null = element; at && !at.matches('.chrome'); at = at.parentElement)
        grounds.unshift(getComputedStyle(at).backgroundColor);
      return ['#000', '#fff'].flatMap((picture) => {
        const ground = luminance(paint([picture, ...grounds]));
        const ink = luminance(paint([picture, ...grounds, getComputedStyle(element).color]));
        const contrast = (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05);
        return contrast < 4.5 ? [`${element.textContent} over ${picture}: ${contrast.toFixed(2)}`] : [];
      });
    });
  });
}
