/** The page that the command line drives: it converts what it is told to. */
import { PortoonError } from '../common/errors.ts';
import type { ExecutionProviderChoice, Fault } from '../effect/index.ts';
import { Converter } from '../record/convert.ts';
import type { PageAnswer } from './words.ts';

let converter: { ep: ExecutionProviderChoice; converter: Converter } | null = null;

/** The one of the film before, so that a batch loads its nets once. */
function converterOn(ep: ExecutionProviderChoice): Converter {
  converter ??= { ep, converter: new Converter({ ep }) };
  return converter.converter;
}

function faultOf(error: unknown): Fault {
  if (error instanceof PortoonError)
    return { code: error.code, message: error.message, wayOut: error.wayOut };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'ERR_RUNTIME', message, wayOut: 'Try again; if it comes back, tell us what you did.' };
}

async function answer<Result>(work: () => Promise<Result>): Promise<PageAnswer<Result>> {
  try {
    return { result: await work() };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

const progress = () => (window.tellProgress ? { onProgress: window.tellProgress } : {});

window.portoonConvert = {
  convert: ({ order, look, film, ep }) =>
    answer(() => converterOn(ep).convert(order, { look, ...film, ...progress() })),
  cuts: (order, seconds) => answer(() => converterOn('auto').cuts(order, seconds)),
  join: (order) => answer(() => converterOn('auto').join(order, progress())),
};
