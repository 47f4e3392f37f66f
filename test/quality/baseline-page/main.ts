/**
 * Runs MediaPipe's selfie segmenters as its task API does, for pictures that come as raw pixels.
 */

import { inBase64 } from '../page-bytes.ts';

/**
 * The part of @mediapipe/tasks-vision that is used here; the package's own types do not resolve
 * through its `exports`.
 */
interface Vision {
  FilesetResolver: { forVisionTasks: (folder: string) => Promise<object> };
  ImageSegmenter: { createFromOptions: (files: object, options: object) => Promise<ImageSegmenter> };
}
interface ImageSegmenter {
  segment: (picture: ImageData) => { confidenceMasks?: Mask[]; close: () => void };
}
interface Mask {
  readonly width: number;
  readonly height: number;
  getAsFloat32Array: () => Float32Array<ArrayBuffer>;
}

// Not a literal in `import`, because the bundle is served beside the page and is not part of it.
const bundle = '/mediapipe/vision_bundle.mjs';
const vision = import(/* @vite-ignore */ bundle) as Promise<Vision>;
const segmenters = new Map<string, Promise<ImageSegmenter>>();

async function open(file: string): Promise<ImageSegmenter> {
  const { FilesetResolver, ImageSegmenter } = await vision;
  return ImageSegmenter.createFromOptions(await FilesetResolver.forVisionTasks('/mediapipe/wasm'), {
    baseOptions: { modelAssetPath: `/baselines/${file}`, delegate: 'CPU' },
    runningMode: 'IMAGE',
    outputConfidenceMasks: true,
    outputCategoryMask: false,
  });
}

function segmenter(file: string): Promise<ImageSegmenter> {
  const known = segmenters.get(file);
  if (known) return known;
  const opened = open(file);
  segmenters.set(file, opened);
  return opened;
}

declare global {
  interface Window {
    /**
     * The person in a picture by the net in `file`.
     * @param pixels - RGBA, width x height, in base 64.
     * @returns float32 0..1 of the same size, in base 64.
     */
    personIn?: (file: string, pixels: string, width: number, height: number) => Promise<string>;
  }
}

window.personIn = async (file, pixels, width, height) => {
  const bytes = await fetch(`data:application/octet-stream;base64,${pixels}`);
  const rgba = new Uint8ClampedArray(await bytes.arrayBuffer());
  const result = (await segmenter(file)).segment(new ImageData(rgba, width, height));
  try {
    // A single mask is the person; of several masks the first is the background.
    const [first, ...others] = result.confidenceMasks!;
    if (first!.width !== width || first!.height !== height)
      throw new Error(`${file} gives a mask of ${first!.width}x${first!.height}.`);
    const values = first!.getAsFloat32Array();
    return await inBase64(others.length === 0 ? values : values.map((background) => 1 - background));
  } finally {
    result.close();
  }
};
