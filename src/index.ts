export {
  createEffect,
  type Effect,
  type EffectEvents,
  type EffectOptions,
  type PreviewOptions,
} from './effect/page/effect.ts';
export { PortoonError, type ErrorCode } from './common/errors.ts';
export { filmAt, type Film } from './effect/page/film-client.ts';
export type { LookOptions } from './effect/page/look-options.ts';
export type {
  EffectStats,
  Fault,
  FilmOptions,
  Grade,
  LoadProgress,
  Quality,
  Region,
  StyleInfo,
} from './effect/protocol.ts';
