/**
 * How decks and bots control a page: by messages from another page of the same origin. See
 * docs/guides/broadcast.md.
 */
import * as v from 'valibot';
import { type ErrorCode, faultOf, PortoonError } from './common/errors.ts';
import { type DrawSetting, type LookOptions, REGIONS } from './effect/index.ts';
import { DETAILS, MAX_DRAW_FACTORS, parsePalette } from './effect/look.ts';

const idSchema = v.optional(v.union([v.string(), v.number()]));

const factor = (setting: DrawSetting) =>
  v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_DRAW_FACTORS[setting]));

const isPalette = (text: string) => parsePalette(text) !== null;

const requestSchema = v.strictObject({
  portoon: v.literal(1),
  /** Returned with the answer. */
  id: idSchema,
  set: v.optional(
    v.strictObject({
      style: v.exactOptional(v.pipe(v.string(), v.nonEmpty())),
      region: v.exactOptional(v.picklist(REGIONS)),
      strength: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
      line: v.exactOptional(factor('line')),
      colour: v.exactOptional(factor('colour')),
      palette: v.exactOptional(v.pipe(v.string(), v.check(isPalette))),
      detail: v.exactOptional(v.picklist(DETAILS)),
    }),
  ),
  mute: v.optional(v.boolean()),
});

/** What can be controlled. */
export interface ControlTarget {
  set: (
    look: Pick<LookOptions, 'style' | 'region' | 'strength' | 'line' | 'colour' | 'palette' | 'detail'>,
  ) => Promise<void>;
  mute: (muted: boolean) => void;
}

/** The answer to a request. */
interface ControlAnswer {
  portoon: 1;
  id?: string | number;
  ok: boolean;
  /** Where it is not `ok`: a sentence for people, with the way out. */
  error?: string;
  /** Where it is not `ok`: as in docs/errors.md. */
  code?: ErrorCode;
}

/** Starts to listen. Messages of other origins, or not for us, are ignored. */
export function listenForControl(steered: ControlTarget): void {
  addEventListener('message', (event: MessageEvent<unknown>) => {
    const { data, origin, source } = event;
    if (origin !== location.origin || !isForUs(data)) return;
    void obey(data, steered).then((answer) => {
      source?.postMessage(answer, { targetOrigin: origin });
    });
  });
}

function isForUs(data: unknown): data is { portoon: 1; id?: unknown } {
  return (
    typeof data === 'object' && data !== null && 'portoon' in data && data.portoon === 1 && !('ok' in data)
  );
}

async function obey(data: { id?: unknown }, steered: ControlTarget): Promise<ControlAnswer> {
  const id = v.safeParse(idSchema, data.id);
  const told = id.success && id.output !== undefined ? { id: id.output } : {};
  try {
    const { set, mute } = read(data);
    if (mute !== undefined) steered.mute(mute);
    if (set) await steered.set(set);
    return { portoon: 1, ...told, ok: true };
  } catch (error) {
    const { code, message, wayOut } = faultOf(error);
    return { portoon: 1, ...told, ok: false, code, error: `${message} ${wayOut}` };
  }
}

/** @throws PortoonError `ERR_PARAMETER` naming what is wrong. */
function read(data: unknown): v.InferOutput<typeof requestSchema> {
  const { success, output, issues } = v.safeParse(requestSchema, data);
  if (success) return output;
  throw new PortoonError(
    'ERR_PARAMETER',
    `${v.getDotPath(issues[0]) ?? 'message'}: ${issues[0].message}.`,
    'The guide on broadcasts lists what a message may hold.',
  );
}
