import { MAX_VIEWERS, type SignalError, type SignalErrorCode } from '../signals.ts';

type Sentences = readonly [message: string, wayOut: string];

const SENTENCES: Readonly<Record<SignalErrorCode, Sentences>> = {
  ERR_MESSAGE: [
    'The server does not understand this page.',
    'Reload the page; it may be older than the server.',
  ],
  ERR_NOT_JOINED: ['This page is not in a room.', 'Join the call again.'],
  ERR_ALREADY_JOINED: ['This page is already in a room.', 'Leave that call first.'],
  ERR_ROOM_FULL: ['The call is full.', 'Wait until someone leaves, or start another call.'],
  ERR_ROOM_LOCKED: ['The call is locked.', 'Ask the host to unlock it, then try again.'],
  ERR_REMOVED: ['The host removed you from this call.', 'Ask the host, or start a call of your own.'],
  ERR_NOT_HOST: ['Only the host can do this.', 'Ask the host of the call.'],
  ERR_PEER_GONE: ['The other person is not in this call any more.', 'Wait until they come back.'],
  ERR_TOO_MANY: ['Too much was asked of the server in a short time.', 'Wait a minute, then join again.'],
  ERR_SIGNALLING: [
    'The server cannot connect calls at the moment.',
    'Try again in a moment; running calls continue.',
  ],
};

/**
 * For a viewer when there is no place for more. It does not mention a call, of which a viewer knows
 * nothing.
 */
export const VIEWERS_FULL: Sentences = [
  `${MAX_VIEWERS} pages have this link open already, and no more can.`,
  'Close one of them; this one comes in by itself then.',
];

/** A request that is not carried out. */
export class RequestError extends Error {
  readonly error: SignalError;

  constructor(
    code: SignalErrorCode,
    detail?: string,
    { words = SENTENCES[code], ...options }: ErrorOptions & { words?: Sentences } = {},
  ) {
    const [message, wayOut] = words;
    const sentence = detail ? `${message} (${detail})` : message;
    super(sentence, options);
    this.error = { code, message: sentence, wayOut };
  }
}
