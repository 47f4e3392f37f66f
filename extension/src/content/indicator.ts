/**
 * A small sign in the page's corner that says what the call shows, beside the page's own layout.
 */
import type { ShownFault } from '../faults.ts';
import type { PictureKind } from '../background-protocol.ts';

const WORDS: Record<PictureKind, string> = {
  starting: 'Portoon starts …',
  cartoon: 'Portoon: cartoon',
  plain: 'Portoon: your camera as it is',
  still: 'Portoon: picture paused',
};

const STYLE = `
  :host {
    all: initial !important; position: fixed !important; inset: auto auto 12px 12px !important;
    pointer-events: none !important;
  }
  .sign {
    display: flex; align-items: center; gap: 8px; max-width: min(340px, calc(100vw - 44px)); padding: 6px 10px;
    border-radius: 14px; background: #1b1b1fe0; color: #f3f2f0; font: 12px/1.35 system-ui, sans-serif;
    pointer-events: none;
  }
  .dot { flex: none; width: 9px; height: 9px; border-radius: 50%; background: #9a99a0; }
  [data-shown='cartoon'] .dot { background: #f2663f; }
  [data-shown='still'] .dot, [data-fault] .dot { background: #ff5449; }
  [data-fault] { flex-wrap: wrap; }
  [data-fault] .words { flex: 1 0 calc(100% - 17px); }
  [data-fault] .words + button { margin-left: 17px; }
  button {
    pointer-events: auto; flex: none; padding: 3px 9px; border: 1px solid #77767d; border-radius: 9px;
    background: none; color: inherit; font: inherit; cursor: pointer;
  }
  [hidden] { display: none; }
  button:focus-visible { outline: 2px solid #f2663f; }
`;

/** It is restored this many milliseconds after a page has removed it, at the latest. */
const RESTORE_INTERVAL_MS = 1000;

export interface IndicatorEvents {
  /** The person wants the cartoon, or the camera as it is. */
  onToggle: (cartoon: boolean) => void;
  /** The person wants the cartoon to be tried again. */
  onAgain: () => void;
}

/** The elements of one indicator. */
interface Sign {
  readonly host: HTMLElement;
  readonly body: HTMLElement;
  readonly words: HTMLElement;
  readonly again: HTMLButtonElement;
  readonly toggle: HTMLButtonElement;
}

export class Indicator {
  private sign: Sign | null = null;
  private shown: PictureKind | 'none' = 'none';
  private fault: ShownFault | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly events: IndicatorEvents) {}

  show(shown: PictureKind | 'none', fault: ShownFault | null): void {
    this.shown = shown;
    this.fault = fault;
    clearInterval(this.timer);
    if (shown === 'none' && !fault) {
      this.sign?.host.remove();
      return;
    }
    this.draw();
    // A timer, not an observer: a page that removes it at once would keep both busy for ever.
    this.timer = setInterval(() => {
      if (!this.sign?.host.isConnected) this.draw();
    }, RESTORE_INTERVAL_MS);
  }

  private draw(): void {
    const { shown, fault } = this;
    // A new one each time: `document.open` removes the listeners of the old one.
    if (!this.sign?.host.isConnected) this.sign = this.create();
    const { body, words, again, toggle } = this.sign;
    const state = shown === 'none' ? '' : WORDS[shown];
    const told = fault ? `${fault.message} ${fault.wayOut} (${fault.code})` : '';
    words.textContent = [state, told].filter((text) => text !== '').join('. ');
    body.dataset.shown = shown;
    body.toggleAttribute('data-fault', fault !== null);
    const failed = fault !== null && (shown === 'plain' || shown === 'still');
    again.hidden = !failed;
    toggle.textContent = shown === 'plain' ? 'Cartoon' : shown === 'still' ? 'Show me' : 'Plain';
    toggle.hidden = shown === 'none' || shown === 'starting' || (shown === 'plain' && failed);
  }

  private create(): Sign {
    const host = document.createElement('div');
    host.dataset.portoon = 'indicator';
    const root = host.attachShadow({ mode: 'closed' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    // Not a style element, which the page's Content-Security-Policy may forbid.
    root.adoptedStyleSheets = [sheet];
    const dot = document.createElement('span');
    dot.className = 'dot';
    const words = document.createElement('span');
    words.className = 'words';
    const body = document.createElement('div');
    body.className = 'sign';
    body.setAttribute('role', 'status');
    const again = button(this.events.onAgain);
    again.textContent = 'Try again';
    const toggle = button(() => {
      this.events.onToggle(this.shown === 'plain');
    });
    body.append(dot, words, again, toggle);
    root.append(body);
    document.documentElement.append(host);
    for (const type of ['keydown', 'keypress', 'keyup'] as const)
      window.addEventListener(type, this.keepKeys, { capture: true });
    document.addEventListener('fullscreenchange', this.raise);
    this.sign = { host, body, words, again, toggle };
    this.raise();
    return this.sign;
  }

  /** Keys that press a button here do not reach the page. */
  private readonly keepKeys = (event: KeyboardEvent): void => {
    if (event.target === this.sign?.host && [' ', 'Enter'].includes(event.key))
      event.stopImmediatePropagation();
  };

  /** Shows it above everything else, also above an element in full screen. */
  private readonly raise = (): void => {
    const { host } = this.sign ?? {};
    if (!host?.isConnected) return;
    host.popover = 'manual';
    host.togglePopover(false);
    host.togglePopover(true);
  };
}

function button(onPress: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  // Only a person can press it: no page may switch to the camera's own picture.
  made.addEventListener('click', ({ isTrusted }) => {
    if (isTrusted) onPress();
  });
  // The focus stays in the page: its next space bar must not press the button again.
  made.addEventListener('mousedown', (event) => {
    event.preventDefault();
  });
  return made;
}
