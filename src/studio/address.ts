import { tell, titleOf } from './notices.ts';
import { sayProblem, shorten, type ParameterProblem } from './parameters.ts';
import { address } from './state.ts';

let later: ParameterProblem[] = [];

/** Says, in one notice, what of the address was not understood; `more` is what turned out only after loading. */
export function tellAboutAddress(...more: ParameterProblem[]): void {
  later = [...later, ...more];
  const problems = [...address.problems, ...later];
  const lines = problems.map(sayProblem);
  if (address.unknown.length > 0) {
    const words = address.unknown.slice(0, 5).map((word) => shorten(word));
    lines.push(`Words of the address that mean nothing here: ${words.join(', ')}.`);
  }
  if (lines.length === 0) return;
  const text = lines.join('\n');
  if (problems.length === 0)
    tell({ topic: 'address', tone: 'info', title: 'Part of the address is ignored', text });
  else
    tell({ topic: 'address', tone: 'problem', title: titleOf('ERR_PARAMETER'), text, code: 'ERR_PARAMETER' });
}
