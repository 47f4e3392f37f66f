import { effect as watch } from '@preact/signals';
import { PortoonError } from '../../common/errors.ts';
import { listenForControl } from '../../control.ts';
import type { LookOptions } from '../../effect/index.ts';
import type { Studio } from './studio.ts';

/** Lets other programs control the page: scripts by `window.portoon`, other pages by messages. */
export function startRemoteControl({ effect, microphone }: Pick<Studio, 'effect' | 'microphone'>) {
  const mute = (muted: boolean) => {
    if (microphone.muted.peek() !== muted) microphone.toggleMute();
  };
  watch(() => {
    // The last effect stays there after it has failed, for scripts that look at what happened.
    if (effect.current.value) window.portoon = Object.assign(effect.current.value, { mute });
  });
  listenForControl({
    async set(look: LookOptions) {
      if (!effect.current.value)
        throw new PortoonError('ERR_RUNTIME', 'The effect is not ready yet.', 'Ask again when it runs.');
      await effect.current.value.set(look);
    },
    mute,
  });
}
