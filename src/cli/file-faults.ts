/** What goes wrong with files, in words. */
import { existsSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Fault } from '../common/errors.ts';

/** Whether it came from the file system. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** Why a new film could not be written, and what would help. */
export function explainWriteError({ code = '', message }: NodeJS.ErrnoException, to: string): Fault {
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return {
      code: 'ERR_DISK_FULL',
      message: `There is no space left for ${to}.`,
      wayOut: 'Free some space, or name another place: -o PATH',
    };
  // Node puts words of its own before some of the system's codes.
  const why: Record<string, string> = {
    EACCES: 'you have no permission to write there',
    EPERM: 'you have no permission to write there',
    EROFS: 'the disk can only be read',
    EISDIR: `a folder is in the way, there or at ${to}.part`,
    ENOTDIR: 'a part of the path is a file, not a folder',
    EEXIST: 'a part of the path is a file, not a folder',
    ENAMETOOLONG: 'the name is too long',
  };
  return {
    code: 'ERR_FILE_WRITE',
    message: `${to} can't be written: ${why[code.replace(/^.*_/, '')] ?? message}.`,
    wayOut: 'Name another place: -o PATH',
  };
}

/** Why a film cannot even be tried. */
export async function refusal(
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
