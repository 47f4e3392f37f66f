/** CSS colours, told apart from typing errors without a browser. */
import { lexer } from 'css-tree';

/** Whether a browser would take it for a colour: a name, `#336699`, `rgb(…)` and its kin. */
export function isColour(text: string): boolean {
  return text !== '' && lexer.matchType('color', text).error === null;
}
