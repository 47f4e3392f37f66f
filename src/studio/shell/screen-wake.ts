import { computed, effect as watch, signal, type ReadonlySignal } from '@preact/signals';

export interface ScreenWakeNeeds {
  /** Whether something goes on that a sleeping screen would end or hide. */
  wanted: ReadonlySignal<boolean>;
  /** Browsers take the lock away from hidden pages. */
  visible: ReadonlySignal<boolean>;
  /** Rejects where the system refuses, as on a battery that is nearly empty. */
  request: () => Promise<Pick<WakeLockSentinel, 'release'>>;
}

/** What goes on in the page, each thing while its signal is true. */
export interface Activities {
  call: { readonly isIn: ReadonlySignal<boolean> };
  recording: { readonly isRecording: ReadonlySignal<boolean> };
  conversions: { readonly isConverting: ReadonlySignal<boolean> };
  output: { readonly hasAudience: ReadonlySignal<boolean> };
}

/** Whether anything goes on that a sleeping screen would end or hide. */
export function needsScreen({ call, recording, conversions, output }: Activities): ReadonlySignal<boolean> {
  return computed(
    () =>
      call.isIn.value ||
      recording.isRecording.value ||
      conversions.isConverting.value ||
      output.hasAudience.value,
  );
}

/** Keeps the screen awake for as long as that is wanted and the page is seen. */
export function keepScreenAwake({ wanted, visible, request }: ScreenWakeNeeds): void {
  watch(() => {
    if (!wanted.value || !visible.value) return;
    const lock = request();
    // Nobody can do anything about a refusal: the screen sleeps as it does elsewhere.
    lock.catch(() => undefined);
    return () => {
      lock.then(
        (held) => held.release(),
        () => undefined,
      );
    };
  });
}

/** Whether the page is seen. */
export function watchVisibility(): ReadonlySignal<boolean> {
  const visible = signal(!document.hidden);
  document.addEventListener('visibilitychange', () => {
    visible.value = !document.hidden;
  });
  return visible;
}
