import { describeProblem, shorten, type ParameterProblem, type ReadLink } from '../base/link-parameters.ts';
import type { NoticesStore } from './notices-store.ts';

/** At most this many unknown parameters are named. */
const MAX_UNKNOWN = 5;

/** Says what is wrong with the page's link. */
export interface LinkNotice {
  /** Shows the notice if anything is wrong. */
  show: () => void;
  /** Adds a problem that was found only after loading. */
  add: (problem: ParameterProblem) => void;
}

export function createLinkNotice(link: ReadLink, notices: NoticesStore): LinkNotice {
  const problems = [...link.problems];
  const show = () => {
    if (link.roomDamaged)
      notices.show({
        topic: 'link-room',
        tone: 'problem',
        title: 'This link is incomplete: ask for it again',
        text: 'A part of the call’s address was lost on its way to you. Whoever sent it finds it whole under People.',
        code: 'ERR_PARAMETER',
      });
    const lines = problems.map(describeProblem);
    if (link.unknown.length > 0) {
      const names = link.unknown.slice(0, MAX_UNKNOWN).map((name) => shorten(name));
      lines.push(`Ignored in the link: ${names.join(', ')}.`);
    }
    if (lines.length === 0) return;
    const text = lines.join('\n');
    if (problems.length === 0) {
      notices.show({ topic: 'link-parameters', tone: 'info', title: 'Part of the link was ignored', text });
      return;
    }
    const code = 'ERR_PARAMETER';
    const title = 'This link has a setting Portoon doesn’t know';
    notices.show({ topic: 'link-parameters', tone: 'problem', title, text, code });
  };
  return {
    show,
    add(problem) {
      problems.push(problem);
      show();
    },
  };
}
