/** The page that the command line drives: it converts the films that it is given. */
import { faultOf } from '../common/errors.ts';
import type { ExecutionProviderChoice } from '../effect/index.ts';
import { Converter } from '../record/convert.ts';
import type { PageAnswer } from './page-protocol.ts';

let converter: { ep: ExecutionProviderChoice; converter: Converter } | null = null;

/** The one of the film before, so that a batch loads its nets once. */
function converterOn(ep: ExecutionProviderChoice): Converter {
  converter ??= { ep, converter: new Converter({ ep }) };
  return converter.converter;
}

async function answer<Result>(work: () => Promise<Result>): Promise<PageAnswer<Result>> {
  try {
    return { result: await work() };
  } catch (error) {
    return { fault: faultOf(error, 'Try again; if it comes back, tell us what you did.') };
  }
}

const progress = () => (window.tellProgress ? { onProgress: window.tellProgress } : {});

window.portoonConvert = {
  convert: ({ request, look, film, ep }) =>
    answer(() => converterOn(ep).convert(request, { look, ...film, ...progress() })),
  cuts: (request, seconds) => answer(() => converterOn('auto').cuts(request, seconds)),
  join: (request) => answer(() => converterOn('auto').join(request, progress())),
};
