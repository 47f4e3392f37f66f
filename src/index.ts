export { createEffect, type Effect, type EffectEvents, type EffectOptions } from './effect/effect.ts';
export { PortoonError, type ErrorCode } from './effect/errors.ts';
export type { LookOptions } from './effect/look.ts';
export type { EffectStats, Fault, LoadProgress, Quality, Region, StyleInfo } from './effect/protocol.ts';
