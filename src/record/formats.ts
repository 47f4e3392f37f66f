import { canEncodeAudio, canEncodeVideo, type AudioCodec, type VideoCodec } from 'mediabunny';

export type FormatId = 'mp4' | 'webm' | 'webm-alpha' | 'gif' | 'png';

/** A kind of file that a person can choose. */
export interface Format {
  readonly id: FormatId;
  /** What people call it. */
  readonly title: string;
  /** What it is good for, in a few words. */
  readonly use: string;
  readonly container: 'mp4' | 'webm' | 'gif' | 'png';
  /** Without the dot. */
  readonly extension: string;
  readonly mime: string;
  /**
   * The codecs that the container may carry, the most widely played first. Empty for GIF and PNG.
   */
  readonly video: readonly VideoCodec[];
  /** None where the file is silent. */
  readonly audio: readonly AudioCodec[];
  /** Whether what is transparent stays so. */
  readonly alpha: boolean;
  /** Seconds; a longer clip makes no sense in it. */
  readonly longest?: number;
}

const FORMATS: readonly Format[] = [
  {
    id: 'mp4',
    title: 'MP4',
    use: 'Plays on phones and in chat apps',
    container: 'mp4',
    extension: 'mp4',
    mime: 'video/mp4',
    video: ['avc', 'av1', 'vp9'],
    audio: ['aac', 'opus'],
    alpha: false,
  },
  {
    id: 'webm',
    title: 'WebM',
    use: 'Small, for the web',
    container: 'webm',
    extension: 'webm',
    mime: 'video/webm',
    video: ['vp9', 'av1', 'vp8'],
    audio: ['opus'],
    alpha: false,
  },
  {
    id: 'webm-alpha',
    title: 'WebM, transparent',
    use: 'Only the person, for video editors',
    container: 'webm',
    extension: 'webm',
    mime: 'video/webm',
    video: ['vp9', 'vp8'],
    audio: ['opus'],
    alpha: true,
  },
  {
    id: 'gif',
    title: 'GIF',
    use: 'Up to 10 seconds, silent',
    container: 'gif',
    extension: 'gif',
    mime: 'image/gif',
    video: [],
    audio: [],
    alpha: true,
    longest: 10,
  },
  {
    id: 'png',
    title: 'PNG',
    use: 'One picture',
    container: 'png',
    extension: 'png',
    mime: 'image/png',
    video: [],
    audio: [],
    alpha: true,
  },
];

export function formatOf(id: FormatId): Format {
  return FORMATS.find((format) => format.id === id)!;
}

/** A format, and what this browser makes of it. */
export interface FormatSupport {
  readonly format: Format;
  /** Whether a file of this format can be made here. */
  readonly possible: boolean;
  /**
   * The codec of the pictures. Null for GIF and PNG, or where the browser encodes none that fits.
   */
  readonly video: VideoCodec | null;
  /** What the sound is encoded with; null where the file is silent, or nothing fits. */
  readonly audio: AudioCodec | null;
  /** The MIME type for the browser's MediaRecorder where it has no WebCodecs. Else null. */
  readonly recorder: string | null;
  /** What a person should know before choosing it here, or null. */
  readonly note: string | null;
}

/** What recorders of browsers may take, the most widely played first. */
const RECORDERS: readonly { format: FormatId; type: string; video: VideoCodec; audio: AudioCodec }[] = [
  { format: 'mp4', type: 'video/mp4;codecs=avc1.42E01F,mp4a.40.2', video: 'avc', audio: 'aac' },
  { format: 'mp4', type: 'video/mp4;codecs=avc1.42E01F,opus', video: 'avc', audio: 'opus' },
  { format: 'webm', type: 'video/webm;codecs=vp9,opus', video: 'vp9', audio: 'opus' },
  { format: 'webm', type: 'video/webm;codecs=vp8,opus', video: 'vp8', audio: 'opus' },
];

const NAMES: Partial<Record<VideoCodec, string>> = { avc: 'H.264', av1: 'AV1', vp9: 'VP9', vp8: 'VP8' };

/**
 * What this browser makes of a format, asked of its encoders.
 * @param size - of the picture in pixels: some encoders take no more than so many.
 */
export async function formatSupport(
  format: Format,
  { width, height } = { width: 1280, height: 720 },
): Promise<FormatSupport> {
  if (format.video.length === 0)
    return { format, possible: true, video: null, audio: null, recorder: null, note: null };
  if (!('VideoEncoder' in globalThis)) return recordedBySelf(format);
  const video = await firstOf(format.video, (codec) => canEncodeVideo(codec, { width, height }));
  const audio = await firstOf(format.audio, canEncodeSound);
  if (!video) return impossible(format);
  const [best] = format.video;
  const note =
    video === best
      ? null
      : `This browser cannot encode ${NAMES[best!] ?? best}; with ${NAMES[video] ?? video} fewer programs play it.`;
  return { format, possible: true, video, audio, recorder: null, note };
}

function impossible(format: Format): FormatSupport {
  const note = 'This browser has no encoder for it.';
  return { format, possible: false, video: null, audio: null, recorder: null, note };
}

/** What the browser's own recorder makes of a format. Pages have one, workers do not. */
function recordedBySelf(format: Format): FormatSupport {
  const { MediaRecorder } = globalThis as { MediaRecorder?: { isTypeSupported(type: string): boolean } };
  const found = RECORDERS.find((one) => one.format === format.id && MediaRecorder?.isTypeSupported(one.type));
  if (!found) return impossible(format);
  const { type, video, audio } = found;
  return { format, possible: true, video, audio, recorder: type, note: null };
}

/** All formats as this browser makes them, in the order of {@link FORMATS}. */
export function supportedFormats(size?: { width: number; height: number }): Promise<FormatSupport[]> {
  return Promise.all(FORMATS.map((format) => formatSupport(format, size)));
}

/**
 * The video format that plays in most places and that this browser can make: MP4 with H.264, else
 * WebM.
 */
export function mostCompatibleFormat(all: readonly FormatSupport[]): FormatId {
  const mp4 = all.find(({ format }) => format.id === 'mp4');
  if (mp4?.video === 'avc') return 'mp4';
  const moving = all.filter(({ video }) => video !== null);
  return (moving.find(({ format }) => format.id === 'webm') ?? moving[0])?.format.id ?? 'gif';
}

/** AAC always is: where the browser has no encoder, one comes along (src/record/file/writer.ts). */
async function canEncodeSound(codec: AudioCodec): Promise<boolean> {
  return codec === 'aac' || (await canEncodeAudio(codec));
}

async function firstOf<Codec>(
  codecs: readonly Codec[],
  can: (codec: Codec) => Promise<boolean>,
): Promise<Codec | null> {
  for (const codec of codecs) if (await can(codec)) return codec;
  return null;
}
