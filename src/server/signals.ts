/**
 * The signalling protocol: what a page and the server send each other over socket.io (WebSocket
 * only). Both sides share this file alone. The server checks every message against these schemas.
 */
import * as v from 'valibot';

/** Where signalling is reached: `io({ path: SIGNALLING_PATH, transports: ['websocket'] })`. */
export const SIGNALLING_PATH = '/signalling';

/** People of one room, at most; each sends to each. */
export const MAX_PERSONS = 6;
/** Pages that only watch (OBS) in one room, at most. They are no participants. */
export const MAX_VIEWERS = 4;
/** Characters of a name, at most. */
export const MAX_NAME = 40;
/** Bytes of one message, at most. */
export const MAX_MESSAGE = 64 * 1024;
/** How long a lost peer may rejoin a locked room, and a lost host stays the host. Milliseconds. */
export const GRACE_MS = 30_000;

/** 128 bits in base64url are 22 characters; the room is unguessable, and the link's only key. */
const key = v.pipe(v.string(), v.regex(/^[\w-]{22,64}$/));
export const peerIdSchema = v.pipe(v.string(), v.regex(/^[\w-]{22}$/));

/**
 * The length of a room's name: the base64url of its key's SHA-256, cut to 132 bits. A link contains
 * only the name; the key stays with the page that made both.
 */
export const ROOM_LENGTH = 22;

/** As in the link's `?room=`. */
export const roomSchema = key;

/** Ends of lines, and characters that are drawn as nothing: a space replaces them. */
const BLANK = /[\p{Cc}\p{Zl}\p{Zp}\u2800\u{13441}\u{13442}\u{1d159}]+/gu;
/** One character. A flag that is spelled with tags is one, as it needs all of them. */
const SIGN = /\u{1f3f4}[\u{e0020}-\u{e007e}]+\u{e007f}|./gsu;
/** Invisible characters: marks of direction and order, fillers, joiners, tags, lone surrogates. */
const UNSEEN = /^[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Cs}\ufff9-\ufffb]$/u;
const JOINER = /^[\u180b-\u180f\u200c\u200d]$/u;
const SELECTOR = /^[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]$/u;
// These match one sign from its beginning, because Chromium 156 does not find an emoji before a
// lone "$".
const ENDS_EMOJI = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]$/u;
const BEGINS_EMOJI = /^\p{Extended_Pictographic}/u;
const LETTER = /^[\p{L}\p{M}]$/u;
/** Scripts whose letters stay as they are beside a joiner. */
const UNJOINED =
  /^[\p{Default_Ignorable_Code_Point}\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]$/u;
const SEEN = /[^\s\p{M}\p{Default_Ignorable_Code_Point}]/u;

/** Whether an invisible character shapes the ones beside it. */
function shapes(sign: string, before: string, after: string): boolean {
  if (SELECTOR.test(sign)) return SEEN.test(before) || (LETTER.test(before) && !UNSEEN.test(before));
  if (!JOINER.test(sign)) return false;
  if (sign === '\u200d' && ENDS_EMOJI.test(before) && BEGINS_EMOJI.test(after)) return true;
  return LETTER.test(before) && !UNJOINED.test(before);
}

/**
 * A name without what cannot be seen, as it is pasted along from other programs: it would turn the
 * text around it, or be a name that shows as nothing. Emoji, flags and the scripts that need
 * joiners stay whole.
 *
 * @returns the name without space at its ends; empty where nothing of it can be seen.
 */
export function cleanMemberName(text: string): string {
  const signs = text.replace(BLANK, ' ').match(SIGN) ?? [];
  const kept: string[] = [];
  for (const [i, sign] of signs.entries()) {
    if (!UNSEEN.test(sign) || shapes(sign, kept.at(-1) ?? '', signs[i + 1] ?? '')) kept.push(sign);
  }
  const name = kept.join('').trim();
  return SEEN.test(name) ? name : '';
}

/**
 * What a person calls themselves; may be empty. {@link cleanMemberName} removes invisible
 * characters, and angle brackets are refused: a name can neither carry markup nor turn the text
 * around it.
 */
export const nameSchema = v.pipe(
  v.string(),
  v.transform(cleanMemberName),
  v.maxLength(MAX_NAME),
  v.regex(/^[^<>]*$/),
);

/** What a page that only watches asks of the person whom it shows. */
const wantsSchema = v.object({
  /** Whether the person is wanted alone, on a transparent background. */
  alpha: v.boolean(),
  audio: v.boolean(),
  /** Whether nobody sees the page, so that nothing need be sent. */
  paused: v.boolean(),
  /** Bits a second of the picture, at most. */
  bitrate: v.optional(v.pipe(v.number(), v.integer(), v.minValue(50_000), v.maxValue(50_000_000))),
});

const stateSchema = v.object({
  muted: v.boolean(),
  /** Whether the camera is on. */
  camera: v.boolean(),
  /**
   * How the video carries alpha for viewers that want it: colour above, matte below. Unset where it
   * cannot.
   */
  alpha: v.optional(v.literal('stacked-1')),
  /** Sent by viewers alone. */
  wants: v.optional(wantsSchema),
  /** Whether they record the sound of everybody. */
  recording: v.optional(v.boolean()),
  /**
   * Grows with each state of one page. Pages also send it to each other, and what the server
   * repeats may be the older one.
   */
  revision: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
});

const text = (length: number) => v.pipe(v.string(), v.maxLength(length));
const sdp = text(MAX_MESSAGE);

/** What simple-peer gives to be carried to the other peer. The server hands it on unread. */
const signalDataSchema = v.variant('type', [
  v.object({ type: v.picklist(['offer', 'answer', 'pranswer']), sdp }),
  v.object({ type: v.literal('rollback') }),
  v.object({
    type: v.literal('candidate'),
    candidate: v.object({
      candidate: text(2048),
      sdpMid: v.optional(v.nullable(text(64))),
      sdpMLineIndex: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)))),
      usernameFragment: v.optional(v.nullable(text(256))),
    }),
  }),
  v.object({ type: v.literal('renegotiate'), renegotiate: v.literal(true) }),
  v.object({
    type: v.literal('transceiverRequest'),
    transceiverRequest: v.object({
      kind: v.picklist(['audio', 'video']),
      init: v.optional(
        v.object({ direction: v.optional(v.picklist(['sendrecv', 'sendonly', 'recvonly', 'inactive'])) }),
      ),
    }),
  }),
]);

/**
 * Which of the sender's connections to this peer the signal belongs to. Signals of an earlier one
 * come too late and are ignored.
 */
const generation = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1)));

/** What a page may ask. */
export const requestSchemas = {
  /** The first message of a connection; a page connects when it joins, not before. */
  join: v.object({
    room: roomSchema,
    name: nameSchema,
    kind: v.picklist(['person', 'view']),
    state: v.optional(stateSchema, { muted: false, camera: true }),
    /**
     * The key behind the room's name (see {@link ROOM_LENGTH}). Its owner made the room and is its
     * host while there, also on a server that has forgotten the room.
     */
    hostKey: v.optional(key),
    /** After a lost connection or a restart: the id stays, and a lock does not hold. */
    rejoin: v.optional(v.object({ id: peerIdSchema, secret: key })),
    /**
     * Sent with `rejoin` into a locked room: who else was in it. A server that has forgotten the
     * room then locks it again.
     */
    lockedWith: v.optional(v.pipe(v.array(peerIdSchema), v.maxLength(MAX_PERSONS + MAX_VIEWERS))),
  }),
  signal: v.object({ to: peerIdSchema, data: signalDataSchema, generation }),
  state: v.object({ ...stateSchema.entries, name: v.optional(nameSchema) }),
  lock: v.object({ locked: v.boolean() }),
  remove: v.object({ peer: peerIdSchema }),
  ice: v.object({}),
  /** The TURN server refused this page with this status: the server logs it. */
  relay: v.object({ status: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)) }),
  leave: v.object({}),
} as const;

export type RequestName = keyof typeof requestSchemas;
/** A request as it is sent. */
export type Request<N extends RequestName> = v.InferInput<(typeof requestSchemas)[N]>;

export type SignalData = v.InferOutput<typeof signalDataSchema>;
export type MemberState = v.InferOutput<typeof stateSchema>;
export type Wants = v.InferOutput<typeof wantsSchema>;
export type MemberKind = 'person' | 'view';

/** Another member of the room. */
export interface PresentMember {
  readonly id: string;
  readonly name: string;
  readonly kind: MemberKind;
  readonly host: boolean;
  readonly state: MemberState;
}

/** What `RTCPeerConnection` takes. */
export interface IceServer {
  readonly urls: string[];
  readonly username?: string;
  readonly credential?: string;
}

export interface IceAnswer {
  /** Empty where the server knows of no STUN or TURN: peers of one network still meet. */
  readonly ice: IceServer[];
  /** Seconds for which new connections may be made with them. */
  readonly iceLifetime: number;
}

export interface JoinAnswer extends IceAnswer {
  /**
   * This page's id. Of two peers the one with the smaller id (compared as strings) makes all
   * offers.
   */
  readonly self: string;
  /** With the id, what `rejoin` takes. Never sent to others. */
  readonly secret: string;
  /** Those who are there, longest first, without oneself. */
  readonly peers: PresentMember[];
  readonly host: boolean;
  readonly locked: boolean;
}

interface Answers {
  join: JoinAnswer;
  signal: object;
  state: object;
  lock: object;
  remove: object;
  ice: IceAnswer;
  relay: object;
  leave: object;
}

/** Each is listed with its way out in docs/errors.md. */
export type SignalErrorCode =
  | 'ERR_MESSAGE'
  | 'ERR_NOT_JOINED'
  | 'ERR_ALREADY_JOINED'
  | 'ERR_ROOM_FULL'
  | 'ERR_ROOM_LOCKED'
  | 'ERR_REMOVED'
  | 'ERR_NOT_HOST'
  | 'ERR_PEER_GONE'
  | 'ERR_TOO_MANY'
  | 'ERR_SIGNALLING';

export interface SignalError {
  readonly code: SignalErrorCode;
  /** A sentence for people. */
  readonly message: string;
  readonly wayOut: string;
}

/** Every request is answered. After `ERR_TOO_MANY` the server ends the connection. */
export type Answer<N extends RequestName> =
  ({ readonly ok: true } & Answers[N]) | { readonly ok: false; readonly error: SignalError };

/**
 * For socket.io's `Socket<ServerToClient, ClientToServer>` on the page; the other way round on the
 * server.
 */
export type ClientToServer = {
  [N in RequestName]: (request: Request<N>, answer: (answer: Answer<N>) => void) => void;
};

/** What the server sends a page, about its own room alone. */
export interface ServerToClient {
  /** Someone came; with an id that is known already, someone came back over a new connection. */
  joined(message: { peer: PresentMember }): void;
  /**
   * `lost`: the connection to the server ended. The one between the peers may still work, and they
   * may come back.
   */
  left(message: { id: string; reason: 'left' | 'lost' | 'removed' }): void;
  signal(message: { from: string; data: SignalData; generation?: number | undefined }): void;
  state(message: { id: string; name: string } & MemberState): void;
  /** Who may lock and remove from now on. */
  host(message: { id: string }): void;
  /**
   * All who are there, as on joining: sent after the server lost its memory, or may have missed
   * something. Members that are not listed are not there, as far as the server knows.
   */
  present(message: Pick<JoinAnswer, 'peers' | 'host' | 'locked'>): void;
  locked(message: { locked: boolean }): void;
  /** The host removed this page; do not come back by yourself. */
  removed(message: object): void;
  /**
   * This server is stopping: connect again (to another node, or when it is back) and rejoin. Calls
   * go on meanwhile.
   */
  restarting(message: object): void;
}
