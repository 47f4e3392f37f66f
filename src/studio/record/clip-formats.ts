import { computed, type ReadonlySignal } from '@preact/signals';
import { PortoonError } from '../../common/errors.ts';
import type { FormatId, FormatSupport } from '../../record/formats.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import type { RecorderStore } from './recorder-store.ts';

/** Frames a second of clips whose frames are all as long. */
const EVEN_RATE = 30;

/** Which format clips have. */
export interface ClipFormats {
  /** The preferred format if the browser can write it, else the most widely playable one. */
  readonly chosen: ReadonlySignal<FormatId>;
  /**
   * How this browser writes a format, by default the chosen one.
   * @throws {PortoonError} `ERR_RECORDING` if it can't.
   */
  offerFor: (format?: FormatId) => FormatSupport;
  /** Frames a second where a person wants them all as long, else null. */
  readonly rate: ReadonlySignal<number | null>;
}

export function createClipFormats({
  preferences,
  recorder,
}: {
  preferences: PreferencesStore;
  recorder: Pick<RecorderStore, 'offers' | 'widest'>;
}): ClipFormats {
  const chosen = computed<FormatId>(() => {
    const { clipFormat } = preferences.current.value;
    const isImpossible = recorder.offers.value.some(
      ({ format, possible }) => format.id === clipFormat && !possible,
    );
    return clipFormat === null || isImpossible ? recorder.widest.value : clipFormat;
  });
  return {
    chosen,
    rate: computed(() => (preferences.current.value.clipEvenRate ? EVEN_RATE : null)),
    offerFor(wanted = chosen.value) {
      const offer = recorder.offers.value.find(({ format }) => format.id === wanted);
      if (offer?.possible) return offer;
      throw new PortoonError(
        'ERR_RECORDING',
        'This browser can’t record in this format.',
        'Choose another format, or use a current Chrome, Edge or another Chromium.',
      );
    },
  };
}
