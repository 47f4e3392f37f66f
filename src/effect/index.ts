/** What other rooms may use of the effect. */
export {
  createEffect,
  type Effect,
  type EffectEvents,
  type EffectOptions,
  type PreviewOptions,
} from './page/effect.ts';
export { filmAt, type Film } from './page/film-client.ts';
export type { LookOptions } from './page/look-options.ts';
export { BODY_PARTS, GRADES, REGIONS } from './look.ts';
export type {
  BodyPart,
  EffectStats,
  ExecutionProvider,
  ExecutionProviderChoice,
  Fault,
  FilmOptions,
  Grade,
  Held,
  LoadProgress,
  Quality,
  QualityReason,
  Region,
  StyleInfo,
  TappedFrame,
} from './protocol.ts';
