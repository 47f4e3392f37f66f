/** What a file is that we cannot read as a film. */
export interface KindOfFile {
  /** Completes a sentence: “is …”. */
  readonly name: string;
  /** Whether it is a film, but of a kind that another program must convert first. */
  readonly film: boolean;
}

const MAGIC: readonly (readonly [offset: number, bytes: string, name: string, film: boolean])[] = [
  [0, '\x89PNG', 'a PNG picture', false],
  [0, '\xff\xd8\xff', 'a JPEG picture', false],
  [0, 'GIF8', 'a GIF', false],
  [8, 'WEBP', 'a WebP picture', false],
  [8, 'AVI ', 'an AVI film', true],
  [0, 'FLV', 'a Flash film', true],
  [0, '\x30\x26\xb2\x75', 'a Windows Media film', true],
  [0, '.RMF', 'a RealMedia film', true],
  [0, '\x00\x00\x01\xba', 'an MPEG programme stream', true],
  [0, '%PDF', 'a PDF', false],
  [0, 'PK\x03\x04', 'an archive (ZIP) or an office document', false],
  [0, 'Rar!', 'an archive (RAR)', false],
  [0, '7z\xbc\xaf', 'an archive (7z)', false],
  [0, '\x1f\x8b', 'an archive (gzip)', false],
];

/**
 * Finds out by its first bytes what a file is; null if they do not show it.
 * @param head - 12 bytes at least, where the file has as many; some hundred are needed to recognize
 *   text.
 */
export function kindOfFile(head: Uint8Array): KindOfFile | null {
  const latin = Array.from(head, (byte) => String.fromCharCode(byte)).join('');
  for (const [offset, bytes, name, film] of MAGIC) if (latin.startsWith(bytes, offset)) return { name, film };
  if (/^\s*<(!doctype html|html)/i.test(latin)) return { name: 'a web page', film: false };
  // Bytes that no text has; UTF-8's own lie above.
  if (head.length > 0 && !/[\x00-\x08\x0e-\x1a\x7f]/.test(latin)) return { name: 'a text file', film: false };
  return null;
}
