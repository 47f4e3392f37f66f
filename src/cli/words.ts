/** What the command line and its page say to each other. */
import type { ConvertOrder, ConvertProgress, ConvertResult } from '../record/convert-protocol.ts';
import type { LookOptions, ExecutionProviderChoice, Fault, FilmOptions } from '../effect/index.ts';

/** One film's conversion, as the page is asked for it. */
export interface PageOrder {
  order: ConvertOrder;
  look: LookOptions;
  film: FilmOptions;
  ep: ExecutionProviderChoice;
}

export type PageAnswer = { result: ConvertResult } | { fault: Fault };

/** What the page offers to who drives it. */
interface ConvertPage {
  convert(order: PageOrder): Promise<PageAnswer>;
}

declare global {
  interface Window {
    portoonConvert?: ConvertPage;
    /** Given by who drives the page. */
    tellProgress?: (progress: ConvertProgress) => void;
  }
}
