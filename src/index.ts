export {
  createEffect,
  type Effect,
  type EffectEvents,
  type EffectOptions,
  type PreviewOptions,
  filmAt,
  type Film,
  type LookOptions,
  type EffectStats,
  type Fault,
  type FilmOptions,
  type Grade,
  type LoadProgress,
  type Quality,
  type Region,
  type StyleInfo,
} from './effect/index.ts';
export { PortoonError, type ErrorCode } from './common/errors.ts';
