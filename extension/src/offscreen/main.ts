/** The offscreen page: it holds the camera, the nets and the pictures for all tabs. */
import type { ToBackground } from '../background-protocol.ts';
import { CAMERA_PORT, type ToOffscreen, type ToReceiver } from '../protocol.ts';
import { PictureSession } from './picture-session.ts';

chrome.runtime.onConnect.addListener((port) => {
  if (port.name !== CAMERA_PORT) return;
  let open = true;
  const session = new PictureSession((message: ToReceiver) => {
    if (open) port.postMessage(message);
  });
  port.onMessage.addListener((message: ToOffscreen) => {
    session.receive(message).catch((error: unknown) => {
      // A message that came too late, or that a page made up, must not stop the others.
      console.warn('portoon:', error);
    });
  });
  port.onDisconnect.addListener(() => {
    open = false;
    session.close();
    const tabId = port.sender?.tab?.id;
    // A frame that is removed in the middle of its call can no longer say so itself.
    if (tabId !== undefined) tell({ type: 'left', tabId });
  });
});

function tell(message: ToBackground): void {
  void chrome.runtime.sendMessage(message).catch(() => undefined);
}
