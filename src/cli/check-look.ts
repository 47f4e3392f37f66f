/** What a command wants of the look, checked before anything is converted or queued. */
import { stat } from 'node:fs/promises';
import { BACKGROUND_WORDS, isBackgroundWord } from '../effect/look.ts';
import { isAddress } from '../queue/file-locations.ts';
import { styleIds } from './app.ts';
import { isColour } from './colours.ts';
import { UsageError, type Command } from './options.ts';

/**
 * @throws UsageError where there is no such style, or the background is neither a known word nor a
 *   colour nor a picture.
 */
export async function checkLook({ style, background, queue }: Command): Promise<void> {
  const styles = ['none', ...(await styleIds())];
  if (!styles.includes(style)) throw new UsageError(`--style takes ${styles.join(', ')}, not ${style}.`);
  if (isBackgroundWord(background) || (await isFile(background)) || isColour(background)) return;
  // For a queue the picture may be at an address: workers fetch it.
  if (queue && isAddress(background)) return;
  throw new UsageError(
    `--background takes ${BACKGROUND_WORDS.join(', ')}, a colour or a picture; ${background} is neither a colour nor a file.`,
  );
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
