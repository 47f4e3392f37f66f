/** What other rooms may use of the effect. */
export {
  createEffect,
  type Effect,
  type EffectEvents,
  type EffectOptions,
  type PreviewOptions,
} from './page/effect.ts';
export { filmAt, type Film } from './film-client.ts';
export type { LookOptions } from './page/look-options.ts';
export { REGIONS } from './look.ts';
export type {
  Detail,
  DrawSetting,
  EffectStats,
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
  TapOptions,
} from './protocol.ts';
