/** What the command line and its page say to each other. */
import type {
  ConvertOrder,
  ConvertProgress,
  ConvertResult,
  FilmCuts,
  JoinOrder,
} from '../record/convert-protocol.ts';
import type { Fault } from '../effect/index.ts';
import type { ConvertHow } from '../queue/engine.ts';

/** Asks the page to convert one film. */
export interface PageOrder extends ConvertHow {
  readonly order: ConvertOrder;
}

export type PageAnswer<Result = ConvertResult> = { result: Result } | { fault: Fault };

/** What the page offers to its driver. */
interface ConvertPage {
  convert(order: PageOrder): Promise<PageAnswer>;
  /** Where to cut a film into parts of about so many seconds. */
  cuts(order: Pick<ConvertOrder, 'film' | 'name' | 'trim'>, seconds: number): Promise<PageAnswer<FilmCuts>>;
  join(order: JoinOrder): Promise<PageAnswer>;
}

declare global {
  interface Window {
    portoonConvert?: ConvertPage;
    /** Set by the page's driver. */
    tellProgress?: (progress: ConvertProgress) => void;
  }
}
