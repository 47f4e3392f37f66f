import { playForever, unreadableVideo } from './player.ts';
import type { Source } from './source.ts';

/**
 * Plays a video in a loop: a file that the person dropped or chose, or the address of one on this
 * site.
 *
 * @throws {PortoonError} `ERR_VIDEO_UNREADABLE`, with the file's name and what would work.
 */
export async function openVideo(video: File | string): Promise<Source> {
  return typeof video === 'string' ? openAddress(video) : openFile(video);
}

async function openFile(file: File): Promise<Source> {
  if (file.size === 0)
    throw unreadableVideo(file.name, 'is empty.', 'Choose another file, or copy this one again.');
  const url = URL.createObjectURL(file);
  try {
    const player = await playForever(url, file.name);
    return {
      kind: 'file',
      label: file.name,
      track: player.track,
      playback: player.playback,
      ended: player.failed,
      stop() {
        player.stop();
        URL.revokeObjectURL(url);
      },
    };
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
}

async function openAddress(address: string): Promise<Source> {
  const url = addressOnThisSite(address);
  const name = url.pathname.split('/').findLast((part) => part !== '') ?? address;
  try {
    const player = await playForever(url.href, name);
    const { track, playback, failed, stop } = player;
    return { kind: 'file', label: name, track, playback, ended: failed, stop };
  } catch (error) {
    // The player says only that it failed, so the page asks whether the file is there at all.
    const answer = await fetch(url, { method: 'HEAD' }).catch(() => undefined);
    if (answer && !answer.ok) {
      throw unreadableVideo(
        name,
        `could not be loaded: ${url.pathname} answered ${answer.status}.`,
        'Check the address, or choose a video file instead.',
        { cause: error },
      );
    }
    throw error;
  }
}

function addressOnThisSite(address: string): URL {
  const url = URL.parse(address, location.href);
  if (url?.origin === location.origin) return url;
  throw unreadableVideo(
    address,
    'is not on this site.',
    'Download the video and choose it as a file, or put it beside the page and give its path.',
  );
}
