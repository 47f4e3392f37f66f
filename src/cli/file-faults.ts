/** What goes wrong with files, in words. */
import { existsSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Fault } from '../common/errors.ts';

/** Why a film cannot even be tried. */
export async function checkFilePaths(
  from: string,
  to: string,
  overwrite: boolean,
): Promise<{ fault: Fault } | null> {
  const fault = await refuse(from, to, overwrite);
  return fault && { fault };
}

async function refuse(from: string, to: string, overwrite: boolean): Promise<Fault | null> {
  const found = await stat(from).catch(() => null);
  if (!found?.isFile())
    return {
      code: 'ERR_VIDEO_UNREADABLE',
      message: found ? `${from} is a folder.` : `There is no file ${from}.`,
      wayOut: found ? `Name the films in it: ${join(from, '*.mp4')}` : 'Check its name.',
    };
  const readable = await access(from, constants.R_OK).then(
    () => true,
    () => false,
  );
  if (!readable)
    return {
      code: 'ERR_VIDEO_UNREADABLE',
      message: `You have no permission to read ${from}.`,
      wayOut: 'Allow yourself to read it, or copy it to a place of your own.',
    };
  if (resolve(from) === resolve(to))
    return {
      code: 'ERR_FILE_WRITE',
      message: `${to} would be written over itself.`,
      wayOut: 'Give the new film another name: -o NEW.mp4',
    };
  if (!overwrite && existsSync(to))
    return {
      code: 'ERR_FILE_WRITE',
      message: `${to} is there already.`,
      wayOut: 'Choose another name, or replace it: --overwrite',
    };
  return null;
}
