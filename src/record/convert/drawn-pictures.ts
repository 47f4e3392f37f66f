import { PortoonError } from '../../common/errors.ts';
import type { ConvertRequest, FilmInfo } from '../convert-protocol.ts';
import { formatOf, formatSupport } from '../formats.ts';
import type { PicturePlan } from './segment-concatenator.ts';

/** A picture of fewer pixels gets this bitrate: the encoder's own choice shows blocks. */
const SMALL = 320 * 180;
const LEAST = 600_000;

/**
 * How pictures that come out of the effect are encoded.
 * @throws PortoonError `ERR_UNSUPPORTED_BROWSER` if the browser cannot encode the format at this
 *   size.
 */
export async function planDrawnPictures(
  { format, frameRate }: Pick<ConvertRequest, 'format' | 'frameRate'>,
  info: FilmInfo,
  alpha: boolean,
): Promise<Omit<PicturePlan, 'write'>> {
  const codec = await videoCodec(format, info);
  // H.264 has no odd sizes: the last line comes twice.
  const padded = codec === 'avc' && (info.width % 2 === 1 || info.height % 2 === 1);
  const width = padded ? (info.width + 1) & ~1 : info.width;
  const height = padded ? (info.height + 1) & ~1 : info.height;
  return {
    track: {
      ...{ codec, alpha, latency: 'quality' },
      ...(width * height < SMALL ? { bitrate: LEAST } : {}),
      ...(frameRate === undefined ? {} : { frameRate }),
    },
    codec,
    width,
    height,
    warnings: padded
      ? [
          `H.264 has no odd sizes: ${info.width} × ${info.height} became ${width} × ${height}, the last line comes twice. A WebM keeps the size.`,
        ]
      : [],
  };
}

/** @throws PortoonError `ERR_PARAMETER` if a constant rate is asked for that no film has. */
export function checkFrameRate(frameRate: number | undefined): void {
  if (frameRate === undefined || (frameRate >= 1 && frameRate <= 240)) return;
  throw new PortoonError(
    'ERR_PARAMETER',
    `${frameRate} frames a second are asked for.`,
    'Take a number from 1 to 240.',
  );
}

async function videoCodec(id: ConvertRequest['format'], { width, height }: FilmInfo) {
  const format = formatOf(id);
  const support = await formatSupport(format, { width: (width + 1) & ~1, height: (height + 1) & ~1 });
  if (support.video) return support.video;
  throw new PortoonError(
    'ERR_UNSUPPORTED_BROWSER',
    `This browser cannot encode ${format.title} at ${width} × ${height}.`,
    'Choose another format, or make the film smaller first.',
  );
}
