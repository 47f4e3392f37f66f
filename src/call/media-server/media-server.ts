/**
 * The HTTP half of WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): an offer, an answer, and an
 * address at which to end the session.
 */
import { blocked, explainAnswer, noAddress, unreachable, type Purpose } from './media-server-errors.ts';

export interface Endpoint {
  /** `https:`, or `http:` on this machine. */
  readonly url: string;
  /** Sent as a bearer token; empty for none. */
  readonly token: string;
}

/** What a media server made of an offer. */
export interface MediaServerSession {
  /** `offer`: it wants to make the offer itself (WHEP's 406), and {@link answer} completes it. */
  readonly kind: 'answer' | 'offer';
  readonly sdp: string;
  /**
   * The session's own address. Null where the server hides it from pages: the session can then be
   * neither changed nor ended by request.
   */
  readonly resource: string | null;
  /**
   * The ICE session's tag, sent as `If-Match`. Null where the server gives none or hides it from
   * pages.
   */
  etag: string | null;
  readonly iceServers: readonly RTCIceServer[];
  readonly token: string;
}

/** Longer than a healthy server takes. Milliseconds. */
const ANSWER_MS = 10_000;
/** Shorter, because the picture is lost already while this request runs. */
const PATCH_MS = 4000;

/**
 * Sends an offer. Redirects are followed with the offer and the token, as the standard demands for
 * 307 and 308.
 * @throws MediaServerError with a sentence for people.
 */
export async function openSession(
  endpoint: Endpoint,
  purpose: Purpose,
  offer: string,
): Promise<MediaServerSession> {
  const { url, token } = endpoint;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw noAddress();
  const post = { method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: offer };
  let response = await send(url, token, post, ANSWER_MS);
  // The browser drops the token when it is redirected to another origin. The server that redirected
  // us knows the token already, so we may send it on.
  if (response.status === 401 && response.redirected && new URL(response.url).origin !== new URL(url).origin)
    response = await send(response.url, token, post, ANSWER_MS);
  const counterOffer = purpose === 'play' && response.status === 406;
  const speaksSdp = (response.headers.get('Content-Type') ?? '').startsWith('application/sdp');
  if (!(response.status === 201 || counterOffer) || !speaksSdp) throw await explainAnswer(response, purpose);
  const location = response.headers.get('Location');
  return {
    kind: counterOffer ? 'offer' : 'answer',
    sdp: await response.text(),
    resource: location === null ? null : new URL(location, response.url).href,
    etag: response.headers.get('ETag'),
    iceServers: readIceServers(response.headers.get('Link')),
    token,
  };
}

/** Answers the offer that the server made. */
export async function answer(session: MediaServerSession, sdp: string): Promise<void> {
  const response = await patch(session, 'application/sdp', sdp);
  if (response && !response.ok) throw await explainAnswer(response, 'play');
}

/**
 * Sends candidates that were found after the offer. False means that the server does not take
 * candidates after the offer.
 */
export async function trickle(session: MediaServerSession, fragment: string): Promise<boolean> {
  const response = await patch(session, 'application/trickle-ice-sdpfrag', fragment, session.etag);
  return response?.ok ?? false;
}

/**
 * Asks for an ICE restart. Returns the server's half as a fragment, or null where the server
 * refuses.
 */
export async function askForRestart(session: MediaServerSession, fragment: string): Promise<string | null> {
  const response = await patch(session, 'application/trickle-ice-sdpfrag', fragment, '*');
  if (response?.status !== 200) return null;
  session.etag = response.headers.get('ETag');
  return response.text();
}

/**
 * Ends the session at the server, also while the page is closing. Never rejects: a server that is
 * unreachable has ended the session.
 */
export function closeSession({ resource, token }: MediaServerSession): void {
  if (resource === null) return;
  fetch(resource, { method: 'DELETE', headers: authorization(token), keepalive: true }).catch(
    () => undefined,
  );
}

async function patch(
  { resource, token }: MediaServerSession,
  type: string,
  body: string,
  match: string | null = null,
): Promise<Response | null> {
  if (resource === null) return null;
  const headers = { 'Content-Type': type, ...(match === null ? {} : { 'If-Match': match }) };
  return send(resource, token, { method: 'PATCH', headers, body }, PATCH_MS);
}

function authorization(token: string): Record<string, string> {
  return token === '' ? {} : { Authorization: `Bearer ${token}` };
}

async function send(
  url: string,
  token: string,
  request: { method: string; headers: Record<string, string>; body: string },
  patience: number,
): Promise<Response> {
  const policy = watchPolicy();
  const control = new AbortController();
  const timer = setTimeout(() => {
    control.abort();
  }, patience);
  try {
    return await fetch(url, {
      ...request,
      headers: { ...request.headers, ...authorization(token) },
      signal: control.signal,
      cache: 'no-store',
    });
  } catch (cause) {
    const refused = await policy.refused();
    throw refused === null ? unreachable(url, { cause }) : blocked(refused);
  } finally {
    clearTimeout(timer);
    policy.stop();
  }
}

/**
 * A request that the page's Content-Security-Policy blocks fails like any other; only this event
 * says so.
 */
function watchPolicy(): { refused: () => Promise<string | null>; stop: () => void } {
  let refused: string | null = null;
  const listen = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
    if (effectiveDirective === 'connect-src' && URL.canParse(blockedURI)) refused = blockedURI;
  };
  document.addEventListener('securitypolicyviolation', listen);
  return {
    async refused() {
      // The event comes in a later task.
      await new Promise((resolve) => setTimeout(resolve, 20));
      return refused;
    },
    stop() {
      document.removeEventListener('securitypolicyviolation', listen);
    },
  };
}

/** The STUN and TURN servers of a `Link` header; what is not one of them is left out. */
export function readIceServers(header: string | null): RTCIceServer[] {
  const servers: RTCIceServer[] = [];
  for (const [, url, parameters] of (header ?? '').matchAll(
    /<([^>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)/g,
  )) {
    const given = new Map<string, string>();
    for (const [, name, quoted, bare] of parameters!.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s",;]+))/g))
      given.set(name!.toLowerCase(), quoted ?? bare!);
    if (given.get('rel') !== 'ice-server' || !/^(?:stun|turn)s?:/.test(url!)) continue;
    const username = given.get('username');
    const credential = given.get('credential');
    // A relay without credentials would make the browser refuse all of them.
    if (url!.startsWith('turn') && (username === undefined || credential === undefined)) continue;
    servers.push({
      urls: url!,
      ...(username === undefined || credential === undefined ? {} : { username, credential }),
    });
  }
  return servers;
}
