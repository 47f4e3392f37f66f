/** Why a file could not be written, in words. */
import { diskFull } from './disk-full.ts';
import { faultOf, type Fault } from './errors.ts';

/** What the file system says of it. */
export interface SystemError extends Error {
  readonly code?: string;
  readonly syscall?: string;
}

/** Whether it came from the system. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error;
}

/** Node puts a prefix before some of the system's codes. */
const codeOf = ({ code = '' }: SystemError) => code.replace(/^.*_/, '');

/** Whether a file could not be written: errors of network connections do not count. */
export function isWriteError(error: unknown): error is SystemError {
  return isSystemError(error) && (FULL.includes(codeOf(error)) || codeOf(error) in WHY);
}

const FULL = ['ENOSPC', 'EDQUOT'];
const WHY: Record<string, string> = {
  EACCES: 'there is no permission to write there',
  EPERM: 'there is no permission to write there',
  EROFS: 'the disk can only be read',
  EISDIR: 'a folder is in the way',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a part of the path is a file, not a folder',
  ENOENT: 'a folder of the path is missing',
  ENAMETOOLONG: 'the name is too long',
};

/** Why a new film could not be written, and what would help. */
export function explainWriteError(error: SystemError, to: string): Fault {
  if (FULL.includes(codeOf(error)))
    return faultOf(diskFull(to, 'Free some space, or name another place: -o PATH'));
  return {
    code: 'ERR_FILE_WRITE',
    message: `${to} can't be written: ${WHY[codeOf(error)] ?? error.message}.`,
    wayOut: 'Name another place: -o PATH',
  };
}
