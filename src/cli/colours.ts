/** Checks CSS colours without a browser. */
import { lexer } from 'css-tree';

/** Whether a browser would take it for a colour: a name, `#336699`, `rgb(…)` and so on. */
export function isColour(text: string): boolean {
  return text !== '' && lexer.matchType('color', text).error === null;
}
