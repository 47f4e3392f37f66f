/** Playing what a media server gives, by WHEP (draft-ietf-wish-whep). */
import { MediaConnection, type StreamState } from './media-connection.ts';
import type { Endpoint } from './media-server.ts';
import type { MediaServerError } from './media-server-errors.ts';

export interface PlayOptions {
  endpoint: Endpoint;
  /** Whether sound is wanted as well. */
  audio: boolean;
  /** Called with the picture and sound of each new connection. */
  onStream: (stream: MediaStream) => void;
  onReport?: (report: RTCStatsReport) => void;
  /** `state` or `fault` has changed. */
  onChange: () => void;
}

/**
 * Plays the stream of one endpoint on an unattended page. After any failure it tries again, until
 * {@link stop}.
 */
export class WhepPlayer {
  private readonly link: MediaConnection;

  constructor({ endpoint, audio, onStream, onReport, onChange }: PlayOptions) {
    this.link = new MediaConnection({
      endpoint,
      purpose: 'play',
      retriesFinalFaults: true,
      offering(connection) {
        connection.addTransceiver('video', { direction: 'recvonly' });
        if (audio) connection.addTransceiver('audio', { direction: 'recvonly' });
      },
      answering(connection) {
        for (const transceiver of connection.getTransceivers())
          if (!audio && transceiver.receiver.track.kind === 'audio') transceiver.direction = 'inactive';
      },
      onLive(connection) {
        onStream(new MediaStream(connection.getReceivers().map(({ track }) => track)));
      },
      ...(onReport ? { onReport } : {}),
      onChange,
    });
  }

  get state(): StreamState {
    return this.link.state;
  }

  /** Why nothing comes, or null. */
  get fault(): MediaServerError | null {
    return this.link.fault;
  }

  /** Ends it, and tells the server. Safe to call twice. */
  stop(): void {
    this.link.stop();
  }
}
