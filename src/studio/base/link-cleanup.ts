/** What mail programs, chats and shops do to links. */

/** Parameters that others add to track clicks. They mean nothing to Portoon. */
const TRACKERS = new Set(
  'fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid li_fat_id igsh igshid srsltid epik scclid _ga _gl _hsenc _hsmi mc_cid mc_eid mkt_tok ref si s_cid vero_id oly_anon_id oly_enc_id wickedid rb_clickid __twitter_impression'.split(
    ' ',
  ),
);

/** Punctuation of the sentence around a link. */
const AFTER = /[\s.,;:!?…'"’”»)\]}>*]+$/u;

/** A parameter's intended name: addresses are typed by hand, or escaped twice. */
export function cleanParameterName(name: string): string {
  return stripInvisible(name).replace(/^amp;/i, '').toLowerCase();
}

/** Whether a clean name is no part of the link, but was added to it on its way. */
export function isTracker(name: string): boolean {
  return name.startsWith('utm_') || TRACKERS.has(name);
}

/** A value without invisible characters and without spaces around it. */
export function stripInvisible(value: string): string {
  return value.replace(/[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu, '').trim();
}

/** A value without punctuation that may have followed the link in a sentence. */
export function stripPunctuation(value: string): string {
  return value.replace(AFTER, '');
}
