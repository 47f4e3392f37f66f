import { effect as watch, signal } from '@preact/signals';
import type { FormatId, FormatSupport } from '../../record/formats.ts';
import type { Recorder } from '../../record/recorder.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { NoticesStore } from '../notices/notices-store.ts';
import type { EffectStore } from '../stage/effect-store.ts';

/** What is loaded when a recorder is first needed. */
export interface LoadedRecorder {
  recorder: Recorder;
  /** What this browser can write. */
  supported: readonly FormatSupport[];
  /** The moving format that plays in most places. */
  mostCompatible: FormatId;
  /** Whether clips can have sound here. */
  hasSound: boolean;
}

export interface RecorderNeeds {
  effect: Pick<EffectStore, 'current'>;
  notices: NoticesStore;
  load: () => Promise<LoadedRecorder>;
}

/** The recorder of the running effect, loaded when it is first needed. */
export class RecorderStore {
  /** What this browser can write. Empty until the recorder is loaded. */
  readonly supported = signal<readonly FormatSupport[]>([]);
  /** The moving format that plays in most places. */
  readonly mostCompatible = signal<FormatId>('mp4');
  /** Whether clips can have sound here; true until that is known. */
  readonly hasSound = signal(true);
  private loading: Promise<Recorder> | null = null;

  constructor(private readonly needs: RecorderNeeds) {}

  readonly get = (): Promise<Recorder> => {
    this.loading ??= this.load();
    this.loading.catch(() => {
      this.loading = null;
    });
    return this.loading;
  };

  private async load(): Promise<Recorder> {
    const { effect, notices } = this.needs;
    const { recorder, supported, mostCompatible, hasSound } = await this.needs.load();
    this.supported.value = supported;
    this.mostCompatible.value = mostCompatible;
    this.hasSound.value = hasSound;
    const stop = watch(() => {
      recorder.setEffect(effect.current.value).catch((error: unknown) => {
        notices.showError('recording', error);
      });
    });
    recorder.died.catch(() => {
      stop();
      this.loading = null;
    });
    return recorder;
  }
}

/** Loads the code that records, which a visit without a recording never needs. */
export async function loadRecorder(): Promise<LoadedRecorder> {
  const [{ Recorder }, formats, { canTakeSound }] = await Promise.all([
    import('../../record/recorder.ts'),
    import('../../record/formats.ts'),
    import('../../record/sound/sound.ts'),
  ]);
  const possible = await formats.supportedFormats();
  // The browser's own recorder takes the sound by itself.
  const hasSound = canTakeSound() || possible.some(({ recorder }) => recorder !== null);
  const supported = hasSound ? possible : possible.map((support) => ({ ...support, audio: null }));
  return {
    recorder: new Recorder(),
    supported,
    mostCompatible: formats.mostCompatibleFormat(supported),
    hasSound,
  };
}

export function createRecorderStore(needs: RecorderNeeds): RecorderStore {
  return new RecorderStore(needs);
}

export const [useRecorder, provideRecorder] = createStoreSlot<RecorderStore>('recorder');
