import type { LinkParameters } from '../base/link-parameters.ts';
import type { Preferences } from '../base/preferences.ts';
import type { SourceRequest } from '../source/open-source.ts';

/**
 * What to play when the page opens; null to ask the person. Only a link, a call and a returning
 * visitor are not asked.
 */
export async function firstSource(
  { input, autostart, room }: Pick<LinkParameters, 'input' | 'autostart' | 'room'>,
  { welcomed, lastSource }: Pick<Preferences, 'welcomed' | 'lastSource'>,
  isCameraGranted: () => Promise<boolean>,
): Promise<SourceRequest | null> {
  if (input) return input.kind === 'video' ? { kind: 'video', from: input.url } : input;
  if (autostart === true || room !== undefined) return { kind: 'camera' };
  if (!welcomed) return null;
  if (lastSource === 'demo') return { kind: 'demo' };
  return (await isCameraGranted()) ? { kind: 'camera' } : null;
}
