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
/** How long a lost peer may come back past a lock, and a lost host stays the host. Milliseconds. */
export const GRACE = 30_000;

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

/**
 * A person's name; may be empty. Angle brackets, control and direction characters are refused
 * (except for the two joiners of scripts and emoji), so that a name can neither carry markup nor
 * reverse the text around it.
 */
export const nameSchema = v.pipe(
  v.string(),
  v.maxLength(MAX_NAME),
  v.regex(/^(?:[^\p{C}<>\u2028\u2029]|[\u200c\u200d])*$/u),
  v.trim(),
);

/** What a page that only watches asks of the person whom it shows. */
const wantsSchema = v.object({
  /** The person alone on nothing, or the picture as it is. */
  alpha: v.boolean(),
  audio: v.boolean(),
  /** Nobody sees it at the moment: nothing need be sent. */
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
  /** Said by viewers alone. */
  wants: v.optional(wantsSchema),
  /** Whether they record the sound of everybody. */
  recording: v.optional(v.boolean()),
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
  leave: v.object({}),
} as const;

export type RequestName = keyof typeof requestSchemas;
/** A request as it is sent. */
export type Request<N extends RequestName> = v.InferInput<(typeof requestSchemas)[N]>;

export type SignalData = v.InferOutput<typeof signalDataSchema>;
export type PeerState = v.InferOutput<typeof stateSchema>;
export type Wants = v.InferOutput<typeof wantsSchema>;
export type PeerKind = 'person' | 'view';

/** Another member of the room. */
export interface Peer {
  readonly id: string;
  readonly name: string;
  readonly kind: PeerKind;
  readonly host: boolean;
  readonly state: PeerState;
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
  readonly peers: Peer[];
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

/** What a page is told, about its own room alone. */
export interface ServerToClient {
  /** Someone came; with an id that is known already, someone came back over a new connection. */
  joined(message: { peer: Peer }): void;
  /**
   * `lost`: the connection to the server ended. The one between the peers may still work, and they
   * may come back.
   */
  left(message: { id: string; reason: 'left' | 'lost' | 'removed' }): void;
  signal(message: { from: string; data: SignalData; generation?: number | undefined }): void;
  state(message: { id: string; name: string } & PeerState): void;
  /** Who may lock and remove from now on. */
  host(message: { id: string }): void;
  locked(message: { locked: boolean }): void;
  /** The host removed this page; do not come back by yourself. */
  removed(message: object): void;
  /**
   * This server is stopping: connect again (to another node, or when it is back) and rejoin. Calls
   * go on meanwhile.
   */
  restarting(message: object): void;
}
