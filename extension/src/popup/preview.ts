/** The popup's own picture, from the same engine that the call of this site uses. */
import type { ShownFault } from '../faults.ts';
import { Receiver } from '../connection/receiver.ts';
import type { ToBackground } from '../background-protocol.ts';
import { CAMERA_PORT, type ToOffscreen, type ToReceiver } from '../protocol.ts';
import { onSiteChanged, type SiteChoice } from '../sites.ts';

const REQUESTED = { size: { width: 640, height: 360, frameRate: 30 }, constraints: {}, known: [] };

type ShownMessage = ToReceiver & { type: 'shown' };

export interface PreviewEvents {
  onShown: (message: ShownMessage) => void;
  /** The camera cannot be opened, and why. */
  onRefused: (fault: ShownFault | null) => void;
  onEnded: () => void;
}

export interface Preview {
  /** Rejects as `Receiver.open`. */
  readonly track: Promise<MediaStreamTrack>;
  close(): void;
}

/** Asks for a picture with what is chosen for the site, now and later. */
export async function openPreview(
  site: SiteChoice,
  { onShown, onRefused, onEnded }: PreviewEvents,
): Promise<Preview> {
  const ask: ToBackground = { type: 'ensure-offscreen' };
  await chrome.runtime.sendMessage(ask);
  const port = chrome.runtime.connect({ name: CAMERA_PORT });
  const post = (message: ToOffscreen) => {
    port.postMessage(message);
  };
  const receiver = new Receiver(post, { onEnded });
  port.onMessage.addListener((message: ToReceiver) => {
    if (message.type === 'shown') onShown(message);
    else {
      if (message.type === 'refused') onRefused(message.fault);
      void receiver.receive(message);
    }
  });
  port.onDisconnect.addListener(onEnded);
  post({ type: 'site', site });
  const stopListening = onSiteChanged(site.origin, (changed) => {
    post({ type: 'site', site: changed });
  });
  return {
    track: receiver.open(REQUESTED),
    close() {
      stopListening();
      receiver.close();
      port.disconnect();
    },
  };
}
