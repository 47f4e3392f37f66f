/**
 * Viewers without a browser, in one process: each a real WHEP connection whose packets are counted
 * and thrown away.
 */
import { PeerConnection, type Track } from 'node-datachannel';

/** Sequence numbers of packets start again from 0 after this many. */
const WRAP = 2 ** 16;
/** Packet types of RTCP, which tell it from RTP on the same port (RFC 5761). */
const RTCP = { from: 64, to: 95 };

/** One viewer. */
export class Receiver {
  /**
   * Milliseconds from the first request to the connection, and to the first packet of the picture;
   * null until then.
   */
  joinedMs: number | null = null;
  firstMs: number | null = null;
  /** Of picture and sound, headers included. */
  bytes = 0;
  /** Packets of the picture, and how many there should have been. */
  packets = 0;
  private first: number | null = null;
  private newest = 0;
  private readonly begun = performance.now();
  private readonly connection = new PeerConnection('viewer', { iceServers: [] });
  /** Kept because a track that is not referenced is collected. */
  private readonly tracks: Track[] = [];
  private resource: string | null = null;

  /** Packets of the picture that should have come since the first. */
  get due(): number {
    return this.first === null ? 0 : this.newest - this.first + 1;
  }

  /**
   * Asks for the stream; the server makes the offer (406), as Janus does for its rooms. Resolves
   * once connected.
   */
  async join(endpoint: string): Promise<void> {
    const { connection } = this;
    const connected = new Promise<void>((resolve, reject) => {
      connection.onStateChange((state) => {
        if (state === 'connected') resolve();
        else if (state === 'failed' || state === 'closed') reject(new Error(`the connection ${state}`));
      });
    });
    connected.catch(() => undefined);
    connection.onTrack((track) => {
      this.tracks.push(track);
      const video = track.type() === 'video';
      track.onMessage((packet) => {
        this.take(packet, video);
      });
    });
    const offered = await fetch(endpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp' },
      body: 'v=0\r\n',
    });
    if (offered.status !== 406) throw new Error(`${offered.status}: ${await offered.text()}`);
    this.resource = new URL(offered.headers.get('Location')!, endpoint).href;
    const gathered = new Promise<void>((resolve) => {
      connection.onGatheringStateChange((state) => {
        if (state === 'complete') resolve();
      });
    });
    connection.setRemoteDescription(await offered.text(), 'offer');
    await gathered;
    const answered = await fetch(this.resource, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/sdp' },
      body: connection.localDescription()!.sdp,
    });
    if (!answered.ok) throw new Error(`${answered.status}: ${await answered.text()}`);
    await connected;
    this.joinedMs = performance.now() - this.begun;
  }

  async leave(): Promise<void> {
    this.connection.close();
    if (this.resource !== null) await fetch(this.resource, { method: 'DELETE' }).catch(() => undefined);
  }

  private take(packet: Buffer, video: boolean): void {
    const type = packet[1]! & 0x7f;
    if (type >= RTCP.from && type <= RTCP.to) return;
    this.bytes += packet.length;
    if (!video) return;
    this.firstMs ??= performance.now() - this.begun;
    this.packets++;
    const sequence = packet.readUInt16BE(2);
    this.first ??= this.newest = sequence;
    // Unwraps the sequence number: the number closest to the newest one.
    const ahead = (((sequence - this.newest) % WRAP) + WRAP) % WRAP;
    if (ahead < WRAP / 2) this.newest += ahead;
  }
}
