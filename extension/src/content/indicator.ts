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
  :host { all: initial; position: fixed; z-index: 2147483647; inset: auto auto 12px 12px; }
  .sign {
    display: flex; align-items: center; gap: 8px; max-width: 340px; padding: 6px 10px;
    border-radius: 14px; background: #1b1b1fe0; color: #f3f2f0; font: 12px/1.35 system-ui, sans-serif;
    pointer-events: none;
  }
  .dot { flex: none; width: 9px; height: 9px; border-radius: 50%; background: #9a99a0; }
  [data-shown='cartoon'] .dot { background: #f2663f; }
  [data-shown='still'] .dot, [data-fault] .dot { background: #ff5449; }
  button {
    pointer-events: auto; flex: none; padding: 3px 9px; border: 1px solid #77767d; border-radius: 9px;
    background: none; color: inherit; font: inherit; cursor: pointer;
  }
  [hidden] { display: none; }
  button:focus-visible { outline: 2px solid #f2663f; }
`;

export interface IndicatorEvents {
  /** The person wants the cartoon, or the camera as it is. */
  onToggle: (cartoon: boolean) => void;
  /** The person wants the cartoon to be tried again. */
  onAgain: () => void;
}

export class Indicator {
  private readonly host = document.createElement('div');
  private readonly sign = document.createElement('div');
  private readonly words = document.createElement('span');
  private readonly toggle = button();
  private readonly again = button();
  private shown: PictureKind | 'none' = 'none';

  constructor(events: IndicatorEvents) {
    this.host.dataset.portoon = 'indicator';
    const root = this.host.attachShadow({ mode: 'closed' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    // Not a style element, which the page's Content-Security-Policy may forbid.
    root.adoptedStyleSheets = [sheet];
    const dot = document.createElement('span');
    dot.className = 'dot';
    this.sign.className = 'sign';
    this.sign.setAttribute('role', 'status');
    this.again.textContent = 'Try again';
    // Only a person can press them: no page may switch to the camera's own picture.
    this.toggle.addEventListener('click', ({ isTrusted }) => {
      if (isTrusted) events.onToggle(this.shown === 'plain');
    });
    this.again.addEventListener('click', ({ isTrusted }) => {
      if (isTrusted) events.onAgain();
    });
    this.sign.append(dot, this.words, this.again, this.toggle);
    root.append(this.sign);
  }

  show(shown: PictureKind | 'none', fault: ShownFault | null): void {
    this.shown = shown;
    if (shown === 'none' && !fault) {
      this.host.remove();
      return;
    }
    const state = shown === 'none' ? '' : WORDS[shown];
    const told = fault ? `${fault.message} ${fault.wayOut} (${fault.code})` : '';
    this.words.textContent = [state, told].filter((text) => text !== '').join('. ');
    this.sign.dataset.shown = shown;
    this.sign.toggleAttribute('data-fault', fault !== null);
    const failed = fault !== null && (shown === 'plain' || shown === 'still');
    this.again.hidden = !failed;
    this.toggle.textContent = shown === 'plain' ? 'Cartoon' : shown === 'still' ? 'Show me' : 'Plain';
    this.toggle.hidden = shown === 'none' || shown === 'starting' || (shown === 'plain' && failed);
    // A page may have replaced its whole document meanwhile.
    if (!this.host.isConnected) document.documentElement.append(this.host);
  }
}

function button(): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  return made;
}
