/** A small sign in the corner of the page: what the call shows. It moves nothing of the page. */
import type { Fault } from '../../../src/common/errors.ts';
import type { Shown } from '../protocol.ts';

const WORDS: Record<Shown, string> = {
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
  button:focus-visible { outline: 2px solid #f2663f; }
`;

export class Indicator {
  private readonly host = document.createElement('div');
  private readonly sign = document.createElement('div');
  private readonly words = document.createElement('span');
  private readonly button = document.createElement('button');
  private shown: Shown | 'none' = 'none';

  /** @param onToggle - called with whether the cartoon is wished for. */
  constructor(onToggle: (cartoon: boolean) => void) {
    this.host.dataset.portoon = 'indicator';
    const root = this.host.attachShadow({ mode: 'closed' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    // No style element: what the page's policy says of those does not matter then.
    root.adoptedStyleSheets = [sheet];
    const dot = document.createElement('span');
    dot.className = 'dot';
    this.sign.className = 'sign';
    this.sign.setAttribute('role', 'status');
    this.button.addEventListener('click', ({ isTrusted }) => {
      // Pages cannot press it, and cannot uncover anybody.
      if (isTrusted) onToggle(this.shown === 'plain');
    });
    this.sign.append(dot, this.words, this.button);
    root.append(this.sign);
  }

  show(shown: Shown | 'none', fault: Fault | null): void {
    this.shown = shown;
    if (shown === 'none' && !fault) {
      this.host.remove();
      return;
    }
    const state = shown === 'none' ? '' : WORDS[shown];
    const told = fault ? `${fault.message} ${fault.wayOut} (${fault.code})` : '';
    this.words.textContent = [state, told].filter((text) => text !== '').join('. ');
    this.host.dataset.shown = shown;
    this.sign.dataset.shown = shown;
    this.sign.toggleAttribute('data-fault', fault !== null);
    this.button.textContent = shown === 'plain' ? 'Cartoon' : 'Plain';
    this.button.hidden = shown !== 'plain' && shown !== 'cartoon';
    // A page may have replaced its whole document meanwhile.
    if (!this.host.isConnected) document.documentElement.append(this.host);
  }
}
