/** The page that the command line drives: it converts what it is told to. */
import { PortoonError } from '../common/errors.ts';
import type { ExecutionProviderChoice, Fault } from '../effect/index.ts';
import { Converter } from '../record/convert.ts';
import type { PageAnswer, PageOrder } from './words.ts';

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

window.portoonConvert = {
  async convert({ order, look, film, ep }: PageOrder): Promise<PageAnswer> {
    try {
      const onProgress = window.tellProgress ? { onProgress: window.tellProgress } : {};
      return { result: await converterOn(ep).convert(order, { look, ...film, ...onProgress }) };
    } catch (error) {
      return { fault: faultOf(error) };
    }
  },
};
