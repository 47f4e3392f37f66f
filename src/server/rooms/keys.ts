import { createHash, randomBytes } from 'node:crypto';

/** 128 bits, as base64url. */
export function randomKey(): string {
  return randomBytes(16).toString('base64url');
}

/** What a key is known by: 128 bits that do not lead back to it. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
