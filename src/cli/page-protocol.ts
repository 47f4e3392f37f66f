/** What the command line and its page say to each other. */
import type {
  ConvertRequest,
  ConvertProgress,
  ConvertResult,
  SegmentStarts,
  JoinRequest,
} from '../record/convert-protocol.ts';
import type { Fault } from '../effect/index.ts';
import type { ConvertSettings } from '../queue/convert-driver.ts';

/** Asks the page to convert one film. */
export interface PageRequest extends ConvertSettings {
  readonly request: ConvertRequest;
}

export type PageAnswer<Result = ConvertResult> = { result: Result } | { fault: Fault };

/** What the page offers to its driver. */
interface ConvertPage {
  convert(request: PageRequest): Promise<PageAnswer>;
  /** Where to cut a film into segments of about `seconds` seconds. */
  cuts(
    request: Pick<ConvertRequest, 'film' | 'name' | 'trim'>,
    seconds: number,
  ): Promise<PageAnswer<SegmentStarts>>;
  join(request: JoinRequest): Promise<PageAnswer>;
}

declare global {
  interface Window {
    portoonConvert?: ConvertPage;
    /** Set by the page's driver. */
    tellProgress?: (progress: ConvertProgress) => void;
  }
}
