import { effect } from '@preact/signals';
import { listenForControl } from '../control.ts';
import type { LookOptions } from '../effect/look.ts';
import { muted, toggleMute } from './call.ts';
import { theEffect } from './engine.ts';

function mute(wanted: boolean): void {
  if (muted.peek() !== wanted) toggleMute();
}

/** Lets decks and bots steer the page. The controls go along with whatever they ask. */
export function startControl(): void {
  // The handle for automation has it as well.
  effect(() => {
    if (theEffect.value) Object.assign(theEffect.value, { mute });
  });
  listenForControl({
    async set(look: LookOptions) {
      if (!theEffect.value) throw new Error('The effect is not ready yet.');
      await theEffect.value.set(look);
    },
    mute,
  });
}
