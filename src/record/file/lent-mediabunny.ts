/**
 * The mediabunny that the AAC encoder uses (`scripts/aac-plugin.ts`): that of the worker that loads
 * it. In a copy of its own the encoder would be registered where no film is written.
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
