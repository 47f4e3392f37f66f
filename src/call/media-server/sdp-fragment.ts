/**
 * The parts of a session description that WHIP and WHEP send by PATCH (RFC 8840), and fixes for
 * what servers get wrong.
 */

const UFRAG = /^a=ice-ufrag:.*$/m;
const PWD = /^a=ice-pwd:.*$/m;
const CANDIDATE = /^a=candidate:.*$/gm;
const CANDIDATES = /^a=(?:candidate:.*|end-of-candidates)\r?\n/gm;

/**
 * Removes the echoed simulcast offer from an answer to a sender. Simple servers repeat what they do
 * not know, and the browser would read that as a refusal of every size.
 */
export function withoutEcho(answer: string): string {
  return answer.replace(/^a=(?:rid:\S+|simulcast:) *send\b.*\r?\n/gm, '');
}

/**
 * The ICE half of a description: user fragment, password, and the candidates of its first section.
 * With BUNDLE these are the candidates of all sections.
 * @param sdp - a local description.
 * @param known - candidates that the other side has already; only later ones are included.
 * @param complete - whether no more will come.
 */
export function fragmentOf(sdp: string, known: ReadonlySet<string>, complete: boolean): string {
  const [, first = ''] = sdp.split(/^(?=m=)/m);
  const lines = [
    UFRAG.exec(sdp)?.[0],
    PWD.exec(sdp)?.[0],
    /^m=.*$/m.exec(first)?.[0],
    /^a=mid:.*$/m.exec(first)?.[0],
    ...candidatesOf(sdp).filter((candidate) => !known.has(candidate)),
    complete ? 'a=end-of-candidates' : undefined,
  ];
  return lines
    .filter((line) => line !== undefined)
    .map((line) => `${line.trim()}\r\n`)
    .join('');
}

/** The candidates of a description's first section, as its lines. */
export function candidatesOf(sdp: string): string[] {
  const [, first = ''] = sdp.split(/^(?=m=)/m);
  return (first.match(CANDIDATE) ?? []).map((line) => line.trim());
}

/**
 * The remote description after an ICE restart: the old one with the fragment's user fragment and
 * password, and with its candidates where it has any. Null where the text is no such fragment.
 */
export function restartedBy(fragment: string, sdp: string): string | null {
  const ufrag = UFRAG.exec(fragment)?.[0].trim();
  const pwd = PWD.exec(fragment)?.[0].trim();
  if (ufrag === undefined || pwd === undefined) return null;
  const renamed = sdp
    .replace(/^a=ice-ufrag:[^\r\n]*/gm, () => ufrag)
    .replace(/^a=ice-pwd:[^\r\n]*/gm, () => pwd);
  const candidates = fragment.match(CANDIDATE);
  if (!candidates) return renamed;
  const [head, first, ...rest] = renamed.replace(CANDIDATES, '').split(/^(?=m=)/m);
  return [head, `${first ?? ''}${candidates.map((line) => `${line.trim()}\r\n`).join('')}`, ...rest].join('');
}
