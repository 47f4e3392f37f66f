import { computed, type ReadonlySignal } from '@preact/signals';
import { PortoonError } from '../../common/errors.ts';
import type { FormatId, FormatSupport } from '../../record/formats.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import type { RecorderStore } from './recorder-store.ts';

/** Frames a second of clips with a constant frame rate. */
const CONSTANT_RATE = 30;

/** Which format clips have. */
export interface ClipFormats {
  /** The preferred format if the browser can write it, else the most widely playable one. */
  readonly chosen: ReadonlySignal<FormatId>;
  /**
   * How this browser writes a format, by default the chosen one.
   * @throws {PortoonError} `ERR_RECORDING` if it can't.
   */
  supportFor: (format?: FormatId) => FormatSupport;
  /** Frames a second where a person wants a constant rate, else null. */
  readonly rate: ReadonlySignal<number | null>;
}

export function createClipFormats({
  preferences,
  recorder,
}: {
  preferences: PreferencesStore;
  recorder: Pick<RecorderStore, 'supported' | 'mostCompatible'>;
}): ClipFormats {
  const chosen = computed<FormatId>(() => {
    const { clipFormat } = preferences.current.value;
    const isImpossible = recorder.supported.value.some(
      ({ format, possible }) => format.id === clipFormat && !possible,
    );
    return clipFormat === null || isImpossible ? recorder.mostCompatible.value : clipFormat;
  });
  return {
    chosen,
    rate: computed(() => (preferences.current.value.clipConstantRate ? CONSTANT_RATE : null)),
    supportFor(wanted = chosen.value) {
      const support = recorder.supported.value.find(({ format }) => format.id === wanted);
      if (support?.possible) return support;
      throw new PortoonError(
        'ERR_RECORDING',
        'This browser can’t record in this format.',
        'Choose another format, or use a current Chrome, Edge or another Chromium.',
      );
    },
  };
}
