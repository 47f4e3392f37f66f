/** Beside each page of a site that is on: carries messages, and shows the indicator. */
import { FAULTS, type ShownFault } from '../faults.ts';
import { mayUseCamera } from '../frame-policy.ts';
import { worstOf, type CallState, type PictureKind, type ToBackground } from '../background-protocol.ts';
import {
  CAMERA_PORT,
  HELLO,
  isFromReceiver,
  type FromPatch,
  type ToOffscreen,
  type ToPatch,
  type ToReceiver,
} from '../protocol.ts';
import { changeSite, onSiteChanged, readSite, type SiteChoice } from '../sites.ts';
import { Indicator } from './indicator.ts';

const origin = self.origin;
const calls = new Map<MessagePort, { shown: PictureKind; fault: ShownFault | null }>();
/** Connections to the offscreen document, each with what ends its listening for changes. */
const ports = new Map<chrome.runtime.Port, () => void>();
/** A fault that other code on the page causes; shown as long as the page is open. */
let pageFault: ShownFault | null = null;
/** Why the last request for a camera failed. */
let refusal: ShownFault | null = null;
/** What the badge was told last. */
let told: CallState = { shown: 'none', fault: false };
const indicator = new Indicator({
  onToggle: (cartoon) => void changeSite(origin, { cartoon }),
  onAgain: () => {
    void changeSite(origin, { cartoon: true });
    for (const port of ports.keys()) post(port, { type: 'retry' });
  },
});

// The patch asks from the page's world. Pages do not hear it: this script runs before theirs.
window.addEventListener('message', (event) => {
  const [requests] = event.ports;
  if (event.source !== window || event.data !== HELLO || !requests) return;
  event.stopImmediatePropagation();
  requests.onmessage = ({ ports: [line] }: MessageEvent<null>) => {
    if (line) void serve(line);
  };
});

async function serve(line: MessagePort): Promise<void> {
  const postToPatch = (message: ToPatch) => {
    line.postMessage(message);
  };
  let site: SiteChoice;
  try {
    site = await readSite(origin);
  } catch {
    // The extension was removed or updated under this page.
    pageFault = FAULTS.gone;
    show();
    postToPatch({ type: 'on', onFailure: 'still' });
    postToPatch({ type: 'ended' });
    return;
  }
  // The frame's own scripts could send the same messages as the patch, so this checks as well.
  if (!site.on || !mayUseCamera()) {
    postToPatch({ type: 'off' });
    line.close();
    return;
  }
  postToPatch({ type: 'on', onFailure: site.onFailure });
  let toOffscreen: Promise<chrome.runtime.Port> | null = null;
  line.onmessage = ({ data }: MessageEvent<FromPatch>) => {
    if (data.type === 'patched') {
      pageFault = FAULTS.patched;
      show();
    } else if (data.type === 'failed') {
      calls.set(line, { shown: site.onFailure === 'camera' ? 'plain' : 'still', fault: FAULTS.link });
      show();
    } else if (isFromReceiver(data)) {
      toOffscreen ??= connect(line, site, postToPatch);
      if (data.type === 'open') {
        calls.set(line, { shown: 'starting', fault: null });
        refusal = null;
      }
      if (data.type === 'close') forget(line);
      toOffscreen.then(
        (port) => {
          post(port, data);
        },
        () => {
          pageFault = FAULTS.gone;
          forget(line);
          postToPatch({ type: 'ended' });
        },
      );
      show();
    }
  };
}

/** Connects to the offscreen document, and sends it what is chosen for the site. */
async function connect(
  line: MessagePort,
  site: SiteChoice,
  postToPatch: (message: ToPatch) => void,
): Promise<chrome.runtime.Port> {
  const ask: ToBackground = { type: 'ensure-offscreen' };
  await chrome.runtime.sendMessage(ask);
  const port = chrome.runtime.connect({ name: CAMERA_PORT });
  post(port, { type: 'site', site });
  const stopListening = onSiteChanged(origin, (changed) => {
    post(port, { type: 'site', site: changed });
  });
  ports.set(port, stopListening);
  port.onMessage.addListener((message: ToReceiver) => {
    if (message.type === 'shown') {
      if (calls.has(line)) calls.set(line, message);
      show();
      return;
    }
    if (message.type === 'refused') refusal = message.fault;
    if (message.type === 'ended') refusal = calls.get(line)?.fault ?? null;
    postToPatch(message);
  });
  port.onDisconnect.addListener(() => {
    drop(port);
    // It fires only if the other side ends: the extension was updated, removed or switched off.
    if (calls.has(line)) refusal = FAULTS.gone;
    forget(line);
    postToPatch({ type: 'ended' });
  });
  return port;
}

function post(port: chrome.runtime.Port, message: ToOffscreen): void {
  try {
    port.postMessage(message);
    if (message.type === 'close') {
      port.disconnect();
      drop(port);
    }
  } catch {
    // The port is closed; `onDisconnect` has reported it.
  }
}

function drop(port: chrome.runtime.Port): void {
  ports.get(port)?.();
  ports.delete(port);
}

function forget(line: MessagePort): void {
  calls.delete(line);
  show();
}

/** Shows the worst of what this frame's calls show, here and on the badge. */
function show(): void {
  const all = [...calls.values()];
  const shown = worstOf(all.map((call) => call.shown));
  const fault = all.find((call) => call.fault)?.fault ?? refusal ?? pageFault;
  indicator.show(shown, fault);
  if (shown === told.shown && (fault !== null) === told.fault) return;
  told = { shown, fault: fault !== null };
  reportChange();
}

function reportChange(): void {
  const changed: ToBackground = { type: 'changed' };
  try {
    void chrome.runtime.sendMessage(changed).catch(() => undefined);
  } catch {
    // The extension was removed or updated.
  }
}

// The badge belongs to all frames of the tab, so the service worker asks each of them.
chrome.runtime.onMessage.addListener((_message, _sender, answer) => {
  answer(told);
});
// Leaving a page clears its badge; it is shown again if the browser has kept the page.
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted && (told.shown !== 'none' || told.fault)) reportChange();
});
