/** What other rooms may use of the effect. */
export {
  createEffect,
  preload,
  type Effect,
  type EffectEvents,
  type EffectOptions,
  type PreviewOptions,
} from './page/effect.ts';
export { filmAt, type Film } from './film-client.ts';
export { isSupported, type Support } from './page/support.ts';
export type { AssetsOption } from './page/assets.ts';
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
