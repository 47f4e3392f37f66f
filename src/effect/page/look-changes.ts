import type { ResolvedBackground, ResolvedLook } from '../protocol.ts';
import type { EffectListeners } from './effect-listeners.ts';
import { readLook, type LookOptions } from './look-options.ts';
import { checkOptionNames } from './wrong-option.ts';

/** The compiler sees to it that none is missing. */
export const LOOK_OPTIONS = Object.keys({
  style: 0,
  region: 0,
  strength: 0,
  line: 0,
  colour: 0,
  palette: 0,
  detail: 0,
  background: 0,
  quality: 0,
} satisfies Record<keyof LookOptions, 0>);

/**
 * The look of an effect, and the calls that change it: of several under way, the last one to name
 * an option decides it.
 */
export class LookChanges {
  /** Counts the calls of `set`. */
  private calls = 0;
  /** The last call of `set` that named each option. */
  private readonly lastCalls = new Map<string, number>();

  /** @param send - has the worker change the look, and resolves when it has. */
  constructor(
    readonly current: ResolvedLook,
    private readonly send: (changes: Partial<ResolvedLook>) => Promise<void>,
    private readonly listeners: EffectListeners,
  ) {}

  /** See `Effect.set`. */
  async set(options: LookOptions): Promise<void> {
    checkOptionNames(options, LOOK_OPTIONS);
    const call = ++this.calls;
    for (const option of Object.keys(options)) this.lastCalls.set(option, call);
    const look = await readLook(options);
    for (const option of Object.keys(look) as (keyof ResolvedLook)[])
      if (this.lastCalls.get(option) !== call) {
        if (option === 'background') releaseImage(look.background);
        Reflect.deleteProperty(look, option);
      }
    const { style, ...rest } = look;
    try {
      // A busy worker answers after its frame, so it is not asked twice without need.
      if (Object.keys(rest).length > 0) await this.send(rest);
    } catch (error) {
      releaseImage(rest.background);
      throw error;
    }
    if (rest.background) releaseImage(this.current.background);
    Object.assign(this.current, rest);
    const taken = Object.entries(options).filter(([option]) => option in rest);
    if (taken.length > 0) this.listeners.announce('look', Object.fromEntries(taken));
    if (style === undefined) return;
    await this.send({ style });
    if (this.lastCalls.get('style') !== call) return;
    this.current.style = style;
    this.listeners.announce('look', { style });
  }
}

function releaseImage(background: ResolvedBackground | undefined): void {
  if (background?.kind === 'image') background.bitmap.close();
}
