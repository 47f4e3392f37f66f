export {
  createEffect,
  type Effect,
  type EffectEvents,
  type EffectOptions,
  type PreviewOptions,
} from './effect/effect.ts';
export { PortoonError, type ErrorCode } from './effect/errors.ts';
export { filmAt, type Film } from './effect/film.ts';
export type { LookOptions } from './effect/look.ts';
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
