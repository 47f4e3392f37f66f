/** What a call is sent at, for asking a browser what its hardware does. */
const PROBE = { width: 1280, height: 720, bitrate: 1_500_000, framerate: 30 };
/** Best picture for its bits first. */
const BY_QUALITY = ['video/AV1', 'video/VP9', 'video/H264', 'video/VP8'];
/** Cheapest first, for encoding in software: the processor also draws the effect. */
const BY_COST = ['video/VP8', 'video/H264', 'video/VP9', 'video/AV1'];

/** Asking the GPU for its codecs can take long; joining does not wait longer than this. */
const PROBE_TIMEOUT_MS = 2000;

let known: Promise<readonly string[]> | undefined;

async function encodesInHardware(contentType: string): Promise<boolean> {
  try {
    const info = await navigator.mediaCapabilities.encodingInfo({
      type: 'webrtc',
      video: { contentType, ...PROBE },
    });
    return info.supported && info.powerEfficient;
  } catch {
    return false;
  }
}

/**
 * This machine's video codecs as MIME types, best first: those encoded in hardware, then the
 * cheapest.
 */
export function preferredCodecs(): Promise<readonly string[]> {
  known ??= (async () => {
    const late = new Promise<boolean>((resolve) => {
      setTimeout(resolve, PROBE_TIMEOUT_MS, false);
    });
    const hardware = await Promise.all(
      BY_QUALITY.map((codec) => Promise.race([encodesInHardware(codec), late])),
    );
    const quick = BY_QUALITY.filter((_, index) => hardware[index]);
    return [...quick, ...BY_COST.filter((codec) => !quick.includes(codec))];
  })();
  return known;
}

/**
 * Sorts the browser's codecs by `preferred`. Retransmission and error correction stay in the list,
 * at its end.
 */
export function orderCodecs<Codec extends { mimeType: string }>(
  codecs: readonly Codec[],
  preferred: readonly string[],
): Codec[] {
  const rank = ({ mimeType }: Codec) => {
    const place = preferred.findIndex((one) => one.toLowerCase() === mimeType.toLowerCase());
    return place < 0 ? preferred.length : place;
  };
  return codecs.toSorted((a, b) => rank(a) - rank(b));
}
