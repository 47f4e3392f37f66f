export {
  createEffect,
  type Effect,
  type EffectEvents,
  type EffectOptions,
  type PreviewOptions,
} from './effect/effect.ts';
export { PortoonError, type ErrorCode } from './effect/errors.ts';
export type { LookOptions } from './effect/look.ts';
export type {
  EffectStats,
  Fault,
  Grade,
  LoadProgress,
  Quality,
  Region,
  StyleInfo,
} from './effect/protocol.ts';
