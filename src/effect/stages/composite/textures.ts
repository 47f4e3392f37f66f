import { BufferImageSource, ImageSource } from 'pixi.js';
import type { Size } from '../../../common/size.ts';

/** A texture for pixels in main memory. */
export function texelSource(format: 'rgba8unorm' | 'r8unorm' = 'rgba8unorm'): BufferImageSource {
  return new BufferImageSource({
    resource: new Uint8Array(4),
    width: 1,
    height: 1,
    format,
    alphaMode: 'no-premultiply-alpha',
    autoGarbageCollect: false,
  });
}

/** A texture that never changes and repeats beyond its borders. */
export function tileSource(
  texels: Uint8Array,
  side: number,
  format: 'rgba8unorm' | 'r8unorm' = 'r8unorm',
): BufferImageSource {
  return new BufferImageSource({
    resource: texels,
    width: side,
    height: side,
    format,
    alphaMode: 'no-premultiply-alpha',
    addressMode: 'repeat',
    autoGarbageCollect: false,
  });
}

/** A texture for frames or canvases, which replace each other. */
export function imageSource(): ImageSource {
  return new ImageSource({ autoGenerateMipmaps: false, alphaMode: 'no-premultiply-alpha' });
}

export function uploadTexels(source: BufferImageSource, texels: Uint8Array, [width, height]: Size): void {
  source.resource = texels;
  source.resize(width, height);
  source.update();
}

/** Replaces the picture of a texture. */
export function uploadImage(
  source: ImageSource,
  image: VideoFrame | OffscreenCanvas,
  [width, height]: Size,
): void {
  source.resource = image;
  source.resize(width, height);
  source.update();
}

/** A background image as textures: itself, and the light that it throws on the person's outline. */
export interface BackgroundImage {
  readonly bitmap: ImageBitmap;
  /** Width / height, kept because a closed bitmap has none. */
  readonly aspect: number;
  readonly source: ImageSource;
  readonly glow: ImageSource;
}

/** Takes the bitmap over; {@link destroyBackgroundImage} closes it. */
export function backgroundImage(bitmap: ImageBitmap): BackgroundImage {
  // So small that enlarging it is a strong blur.
  const glow = new OffscreenCanvas(24, 16);
  const context = glow.getContext('2d');
  if (context) {
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, glow.width, glow.height);
  }
  return {
    bitmap,
    aspect: bitmap.width / bitmap.height,
    source: new ImageSource({
      resource: bitmap,
      autoGenerateMipmaps: true,
      alphaMode: 'no-premultiply-alpha',
    }),
    glow: new ImageSource({ resource: glow, alphaMode: 'no-premultiply-alpha' }),
  };
}

export function destroyBackgroundImage({ bitmap, source, glow }: BackgroundImage): void {
  source.destroy();
  glow.destroy();
  bitmap.close();
}
