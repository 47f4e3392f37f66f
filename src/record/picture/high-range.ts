import type { VideoSample } from 'mediabunny';

/** The transfer function of an HDR film. */
export type HighTransfer = 'hlg' | 'pq';

/** SDR reference white, in nits (cd/m²). */
const SDR_WHITE = 100;
/** What people and things reach in a picture with a high range: ITU-R BT.2408, 2.2. */
const REFERENCE_WHITE = 203;
/** HLG's nominal peak, in nits: ITU-R BT.2100, table 5. */
const HLG_PEAK = 1000;
/** Above this share of white, highlights are compressed (the knee). */
const KNEE = 0.8;
/** Colours of BT.2020 in those of BT.709: ITU-R BT.2087, table 4. */
const TO_709 = [1.6605, -0.5876, -0.0728, -0.1246, 1.1329, -0.0083, -0.0182, -0.1006, 1.1187] as const;
/** Shares of red and blue in the luma of BT.2020, and of red, green and blue in that of BT.709. */
const [KR, KB] = [0.2627, 0.0593];
const KG = 1 - KR - KB;
const LUMA = [0.2126, 0.7152, 0.0722] as const;
/** Entries of each lookup table. */
const STEPS = 4096;
/** How many codes of a format make one of 8 bits. */
const SCALES: Readonly<Record<string, number>> = { I420P10: 4, I420P12: 16 };
/** The share of a film's pixels that may be brighter than what counts as the brightest. */
const SPARKS = 0.001;

/** Light in nits of each step of a signal from 0 to 1. */
export function lightOf(transfer: HighTransfer): Float32Array {
  const light = transfer === 'hlg' ? hlgLight : pqLight;
  return Float32Array.from({ length: STEPS + 1 }, (_, step) => light(step / STEPS));
}

/**
 * ITU-R BT.2100, table 5: the scene's light, and from it, channel by channel, that of a display of
 * 1000 nits. So the picture gets the colours that a camera with the usual range gives (BT.2408:
 * mapping of the scene's light).
 */
function hlgLight(signal: number): number {
  const [a, b, c] = [0.17883277, 0.28466892, 0.55991073];
  const scene = signal <= 0.5 ? signal ** 2 / 3 : (Math.exp((signal - c) / a) + b) / 12;
  return HLG_PEAK * scene ** 1.2;
}

/** ITU-R BT.2100, table 4. */
function pqLight(signal: number): number {
  const [m1, m2] = [2610 / 16_384, (2523 / 4096) * 128];
  const [c1, c2, c3] = [3424 / 4096, (2413 / 4096) * 32, (2392 / 4096) * 32];
  const root = signal ** (1 / m2);
  return 10_000 * (Math.max(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1);
}

/** Turns pictures with a high dynamic range into those of the usual one. */
export class ToneMapper {
  private readonly light: Float32Array;
  private codes = new Uint16Array(0);
  private pixels = new Uint8ClampedArray(0);
  /** What becomes white, and the brightest that there is beyond it, as its multiple. */
  private white = SDR_WHITE;
  private peak = 1;
  /** Signals of the usual range, by the root of their light: ITU-R BT.1886. */
  private readonly signal = Uint8ClampedArray.from(
    { length: STEPS + 1 },
    (_, step) => 255 * (step / STEPS) ** (2 / 2.4),
  );

  constructor(transfer: HighTransfer) {
    this.light = lightOf(transfer);
  }

  /** Whether it can: planes of 10 or 12 bits. Others are converted by the browser. */
  takes({ format }: VideoSample): boolean {
    return format !== null && format in SCALES;
  }

  /**
   * Looks how bright a film is. White is the brightest of it without the highlights: at most the
   * 203 nits of BT.2408.
   * @param samples - some pictures of it, which stay the caller's.
   */
  async measure(samples: AsyncIterable<VideoSample | null>): Promise<void> {
    const counts = new Uint32Array(STEPS + 1);
    let seen = 0;
    for await (const sample of samples) {
      if (!sample || !this.takes(sample)) continue;
      const scale = await this.read(sample);
      const { width, height } = sample.visibleRect;
      for (let at = 0; at < width * height; at += 3, seen++)
        counts[clampStep(((this.codes[at]! - 16 * scale) * STEPS) / (219 * scale))]!++;
    }
    let step = STEPS;
    for (let left = seen * SPARKS; step > 0 && left >= counts[step]!; step--) left -= counts[step]!;
    const brightest = this.light[step]!;
    this.white = Math.min(REFERENCE_WHITE, Math.max(SDR_WHITE, brightest));
    this.peak = Math.max(1, brightest / this.white);
  }

  /** @returns the picture with the time zero; the caller closes both. */
  async frame(sample: VideoSample): Promise<VideoFrame> {
    const scale = await this.read(sample);
    const { width, height } = sample.visibleRect;
    if (this.pixels.length !== width * height * 4)
      this.pixels = new Uint8ClampedArray(width * height * 4).fill(255);
    this.map(width, height, scale);
    return new VideoFrame(this.pixels, {
      format: 'RGBX',
      codedWidth: width,
      codedHeight: height,
      timestamp: 0,
    });
  }

  /** Leaves the codes of a picture in this object. How many of them make one of 8 bits. */
  private async read(sample: VideoSample): Promise<number> {
    const { width, height } = sample.visibleRect;
    const count = width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
    if (this.codes.length !== count) this.codes = new Uint16Array(count);
    await sample.copyTo(this.codes);
    return SCALES[sample.format!]!;
  }

  private map(width: number, height: number, scale: number): void {
    const { codes, light, pixels, white } = this;
    const across = (width + 1) >> 1;
    const blues = width * height;
    const reds = blues + across * ((height + 1) >> 1);
    const luma = STEPS / (219 * scale);
    const chroma = STEPS / (224 * scale);
    for (let y = 0, to = 0; y < height; y++)
      for (let x = 0; x < width; x++, to += 4) {
        const at = (y >> 1) * across + (x >> 1);
        const l = (codes[y * width + x]! - 16 * scale) * luma;
        const cb = (codes[blues + at]! - 128 * scale) * chroma;
        const cr = (codes[reds + at]! - 128 * scale) * chroma;
        const r = light[clampStep(l + 2 * (1 - KR) * cr)]! / white;
        const b = light[clampStep(l + 2 * (1 - KB) * cb)]! / white;
        const g =
          light[clampStep(l - ((2 * (1 - KR) * KR) / KG) * cr - ((2 * (1 - KB) * KB) / KG) * cb)]! / white;
        this.put(pixels, to, r, g, b);
      }
  }

  /** @param r - as `g` and `b` in BT.2020, 1 is white. */
  private put(pixels: Uint8ClampedArray, to: number, r: number, g: number, b: number): void {
    const red = TO_709[0] * r + TO_709[1] * g + TO_709[2] * b;
    const green = TO_709[3] * r + TO_709[4] * g + TO_709[5] * b;
    const blue = TO_709[6] * r + TO_709[7] * g + TO_709[8] * b;
    const luma = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue;
    const scale = luma > KNEE ? press(luma, this.peak) / luma : 1;
    pixels[to] = this.coded(scale * red);
    pixels[to + 1] = this.coded(scale * green);
    pixels[to + 2] = this.coded(scale * blue);
  }

  private coded(light: number): number {
    return this.signal[clampStep(Math.sqrt(Math.max(0, light)) * STEPS)]!;
  }
}

/**
 * Presses what is brighter than the knee into what is left below white: E. Reinhard and others,
 * "Photographic tone reproduction for digital images" (2002), equation 4. `peak` becomes white.
 */
function press(luma: number, peak: number): number {
  const over = (luma - KNEE) / (1 - KNEE);
  const most = (peak - KNEE) / (1 - KNEE);
  return KNEE + ((1 - KNEE) * over * (1 + over / most ** 2)) / (1 + over);
}

function clampStep(step: number): number {
  return step < 0 ? 0 : step > STEPS ? STEPS : Math.round(step);
}
