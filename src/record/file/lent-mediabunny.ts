/**
 * What the AAC encoder has for mediabunny (`scripts/aac-plugin.ts`): that of the worker which loads
 * it. A copy of its own would be one that writes no film.
 */
import type * as mediabunny from 'mediabunny';

type Lent = Pick<typeof mediabunny, 'CustomAudioEncoder' | 'EncodedPacket' | 'Logging' | 'registerEncoder'>;

declare global {
  var lentMediabunny: Lent | undefined;
}

/** To be called before the encoder is loaded. */
export function lend(lent: Lent): void {
  globalThis.lentMediabunny = lent;
}

export const { CustomAudioEncoder, EncodedPacket, Logging, registerEncoder } =
  globalThis.lentMediabunny ?? ({} as Lent);
