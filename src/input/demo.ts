import { playForever } from './player.ts';
import type { Source } from './source.ts';

/** Plays the clip that ships with the project, over and over: the page without a camera. */
export async function openDemo(): Promise<Source> {
  const player = await playForever(`${import.meta.env.BASE_URL}demo/demo.webm`, 'demo.webm');
  return {
    kind: 'demo',
    label: 'Demo',
    track: player.track,
    ended: player.failed,
    stop: player.stop,
  };
}
