import { PortoonError, type ErrorCode } from '../../common/errors.ts';

/** What is asked of a media server: to take a stream (WHIP), or to give one (WHEP). */
export type Purpose = 'publish' | 'play';

export interface Retry {
  /** Whether sending the same request again can never help. */
  final: boolean;
  /** The pause that the server asks for, in milliseconds; null where it asks for none. */
  after: number | null;
}

/** Why a media server did not do what was requested. */
export class MediaServerError extends PortoonError {
  constructor(
    code: ErrorCode,
    message: string,
    wayOut: string,
    readonly retry: Retry = { final: false, after: null },
    options?: ErrorOptions,
  ) {
    super(code, message, wayOut, options);
  }
}

const FINAL: Retry = { final: true, after: null };
const PROTOCOL = { publish: 'WHIP', play: 'WHEP' };
/** A server's own message is shown, cut to this many characters. */
const MAX_MESSAGE_LENGTH = 160;

/**
 * The error for an HTTP response that is no session.
 * @param url - that gave the answer.
 */
export async function explainAnswer(response: Response, purpose: Purpose): Promise<MediaServerError> {
  const { status } = response;
  const host = hostOf(response.url);
  const protocol = PROTOCOL[purpose];
  const word = await serverMessage(response);
  if (status === 401 || status === 403)
    return new MediaServerError(
      'ERR_MEDIA_SERVER_TOKEN',
      `${host} refuses the token (${status})${word}.`,
      'Copy the token once more from where your media server shows it; it may have expired, or belong to another stream.',
      FINAL,
    );
  if (status === 404 || status === 410)
    return new MediaServerError(
      'ERR_MEDIA_SERVER_ADDRESS',
      `${host} knows no stream at this address (${status})${word}.`,
      'Check the address letter by letter, and that the stream was set up on the media server.',
      FINAL,
    );
  if (status === 405 || status === 406 || status === 415 || (status >= 200 && status < 400))
    return new MediaServerError(
      'ERR_MEDIA_SERVER_ADDRESS',
      `The address answers, but not as a ${protocol} endpoint (${status})${word}.`,
      `Take the ${protocol} address of your media server, not that of its page or of another protocol.`,
      FINAL,
    );
  if (status === 409 || status === 429 || status >= 500)
    return new MediaServerError(
      'ERR_MEDIA_SERVER_BUSY',
      status === 409
        ? `Somebody else uses this address of ${host} (409)${word}.`
        : `${host} cannot take part now (${status})${word}.`,
      'It is tried again by itself. If it stays so, look at the media server.',
      { final: false, after: retryAfter(response.headers.get('Retry-After')) },
    );
  return new MediaServerError(
    'ERR_MEDIA_SERVER_REFUSED',
    `${host} refuses the stream (${status})${word}.`,
    'Check which codecs and settings the media server allows.',
    FINAL,
  );
}

/** No answer at all: the browser does not say why, so the message names every possible cause. */
export function unreachable(url: string, options?: ErrorOptions): MediaServerError {
  return new MediaServerError(
    'ERR_MEDIA_SERVER_UNREACHABLE',
    `${hostOf(url)} does not answer, or does not let pages of ${location.host} ask it (CORS).`,
    'Check the address and that the server runs; it must answer with Access-Control-Allow-Origin. It is tried again by itself.',
    undefined,
    options,
  );
}

/** The page's own Content-Security-Policy blocks the address. */
export function blocked(url: string): MediaServerError {
  return new MediaServerError(
    'ERR_MEDIA_SERVER_BLOCKED',
    `This Portoon is not set up to reach ${hostOf(url)}.`,
    `Its administrator can allow it: set BROADCAST_ORIGINS=${new URL(url).origin} and restart it.`,
    FINAL,
  );
}

/** The server answered over HTTP, but no network path for media was found. */
export function noPath(url: string): MediaServerError {
  return new MediaServerError(
    'ERR_MEDIA_SERVER_PATH',
    `${hostOf(url)} answers, but no way for picture and sound was found to it.`,
    'Its media ports (UDP) must be open to this machine, or it must name a TURN relay. It is tried again by itself.',
  );
}

/** A live stream broke off. */
export function lost(url: string): MediaServerError {
  return new MediaServerError(
    'ERR_MEDIA_SERVER_UNREACHABLE',
    `The connection to ${hostOf(url)} was lost.`,
    'It is made again by itself.',
  );
}

/** An address that no request can be sent to. */
export function noAddress(): MediaServerError {
  return new MediaServerError(
    'ERR_MEDIA_SERVER_ADDRESS',
    'This is not a web address.',
    'It looks like https://media.example.org/whip/endpoint/name.',
    FINAL,
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'The media server';
}

/** Seconds or a date, as milliseconds from now. */
export function retryAfter(value: string | null, now = Date.now()): number | null {
  if (value === null) return null;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), 10 * 60_000) : null;
}

/** Some servers say in plain text what is wrong. Untrusted: never to be parsed as markup. */
async function serverMessage(response: Response): Promise<string> {
  const type = response.headers.get('Content-Type') ?? '';
  if (!/^text\/(?:plain|html)|json/.test(type)) return '';
  const text = (await response.text().catch(() => '')).trim();
  // A page of HTML is no message.
  if (text === '' || text.startsWith('<')) return '';
  const letters = Array.from(text.replace(/\s+/g, ' '));
  const short =
    letters.length > MAX_MESSAGE_LENGTH
      ? `${letters.slice(0, MAX_MESSAGE_LENGTH).join('')}…`
      : letters.join('');
  return `; it says: “${short.replace(/\.$/, '')}”`;
}
