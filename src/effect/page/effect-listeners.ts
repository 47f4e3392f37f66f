import type { Fault } from '../../common/errors.ts';
import type { EffectEvents } from './effect-options.ts';

/** The listeners of an effect. Earlier faults are kept for the first fault listener. */
export class EffectListeners {
  private readonly listeners: { [Type in keyof EffectEvents]: Set<EffectEvents[Type]> } = {
    stats: new Set(),
    slow: new Set(),
    running: new Set(),
    canvas: new Set(),
    look: new Set(),
    fault: new Set(),
  };
  private readonly unheard: [fault: Fault, fatal: boolean][] = [];

  /** See `Effect.on`. */
  on<Type extends keyof EffectEvents>(type: Type, listener: EffectEvents[Type]): () => void {
    this.listeners[type].add(listener);
    if (type === 'fault' && this.unheard.length > 0)
      queueMicrotask(() => {
        for (const [fault, fatal] of this.unheard.splice(0)) this.announceFault(fault, fatal);
      });
    return () => {
      this.listeners[type].delete(listener);
    };
  }

  announce<Type extends Exclude<keyof EffectEvents, 'fault'>>(
    type: Type,
    ...told: Parameters<EffectEvents[Type]>
  ): void {
    for (const listener of this.listeners[type] as Set<(...told: Parameters<EffectEvents[Type]>) => void>)
      listener(...told);
  }

  announceFault(fault: Fault, fatal: boolean): void {
    if (this.listeners.fault.size === 0) this.unheard.push([fault, fatal]);
    for (const listener of this.listeners.fault) listener(fault, fatal);
  }
}
