import { signal } from '@preact/signals';
import { isSoftwareRenderer } from '../../common/software-renderer.ts';
import type { Effect, EffectOptions, Fault, LoadProgress, LookOptions } from '../../effect/index.ts';
import type { PageStore } from '../base/page-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import { ignoreRejection } from '../base/ignore-rejection.ts';
import { errorOf, faultOf } from '../../common/errors.ts';
import type { NoticeAction, NoticesStore } from '../notices/notices-store.ts';

/** What applies the look to the effect. */
export interface LookDriver {
  /** What the effect is created with. */
  startOptions: () => LookOptions;
  /** Takes over an effect that was created with these options. */
  attach: (effect: Effect, createdWith: LookOptions) => void;
  detach: () => void;
}

export interface EffectNeeds {
  page: PageStore;
  notices: NoticesStore;
  look: LookDriver;
  createEffect: (options: EffectOptions) => Promise<Effect>;
  /** Whether a call is on. It goes on without an effect. */
  isInCall: () => boolean;
}

/** How long a notice stays about something that the effect recovers from. */
const RECOVERED_MS = 10_000;
/** By this time the effect's statistics name the renderer. */
const FIRST_STATS_MS = 1000;
/** Faults of the look that the effect started with. The look store reports them itself. */
const REPORTED_ELSEWHERE: ReadonlySet<string> = new Set(['ERR_PARAMETER', 'ERR_PARTS_MISSING']);
/** Faults that the effect recovers from by itself. */
const RECOVERABLE: ReadonlySet<string> = new Set(['ERR_WORKER_DIED', 'ERR_WEBGL_LOST']);
/** Faults after which a restart would not help. */
const FINAL: ReadonlySet<string> = new Set(['ERR_UNSUPPORTED_BROWSER', 'ERR_WEBGL_MISSING']);

/** Whether a restart of the effect may help. */
export function canRestart({ code }: Fault): boolean {
  return !FINAL.has(code);
}

/** The effect's life: it is created, fails, recovers and is restarted. */
export class EffectStore {
  /** The running effect, or null while there is none. */
  readonly current = signal<Effect | null>(null);
  /** The canvas that the effect draws on. It is replaced when the effect's worker restarts. */
  readonly canvas = signal<HTMLCanvasElement | null>(null);
  readonly progress = signal<LoadProgress>({ loaded: 0, total: 0 });
  /** Why there is no effect, if it can't recover by itself. */
  readonly fatalFault = signal<Fault | null>(null);
  /** Whether the canvas holds a picture, moving or not. */
  readonly pictureShown = signal(false);
  /** Whether a graphics processor draws. Only then can the page afford blurred glass. */
  readonly hasGraphicsCard = signal(false);

  readonly restartAction: NoticeAction = {
    label: 'Restart the effect',
    run: () => void this.restart(),
  };

  private stopListening: (() => void)[] = [];

  constructor(private readonly needs: EffectNeeds) {}

  /** Creates the effect and shows what goes wrong; never rejects. */
  async start(): Promise<void> {
    const { page, look, createEffect } = this.needs;
    page.state.value = 'loading';
    this.fatalFault.value = null;
    this.progress.value = { loaded: 0, total: 0 };
    const options = look.startOptions();
    try {
      const effect = await createEffect({
        ...options,
        onProgress: (progress) => {
          this.progress.value = progress;
        },
      });
      this.adopt(effect, options);
    } catch (error) {
      this.fail(faultOf(error));
    }
  }

  /** Replaces a failed effect without reloading the page. */
  async restart(): Promise<void> {
    this.release();
    this.needs.notices.retract('effect');
    this.needs.page.announce('Restarting the effect');
    await this.start();
  }

  private adopt(effect: Effect, createdWith: LookOptions): void {
    this.canvas.value = effect.canvas;
    this.pictureShown.value = false;
    this.listen(effect);
    this.needs.page.state.value = 'ready';
    this.current.value = effect;
    this.needs.look.attach(effect, createdWith);
  }

  private listen(effect: Effect): void {
    this.stopListening = [
      effect.on('running', () => {
        this.needs.page.state.value = 'running';
        this.pictureShown.value = true;
        setTimeout(() => {
          const { renderer } = effect.stats();
          this.hasGraphicsCard.value = renderer !== '' && !isSoftwareRenderer(renderer);
        }, FIRST_STATS_MS);
      }),
      effect.on('canvas', () => {
        this.pictureShown.value = false;
        this.canvas.value = effect.canvas;
      }),
      effect.on('fault', (fault, fatal) => {
        if (fatal) this.fail(fault);
        else this.reportPassing(fault);
      }),
    ];
  }

  private reportPassing(fault: Fault): void {
    const { page, notices } = this.needs;
    if (REPORTED_ELSEWHERE.has(fault.code)) return;
    if (fault.code === 'ERR_WORKER_DIED') page.state.value = 'ready';
    notices.showError('effect', errorOf(fault));
    if (RECOVERABLE.has(fault.code)) setTimeout(notices.retract, RECOVERED_MS, 'effect');
  }

  private fail(fault: Fault): void {
    const { page, notices, isInCall } = this.needs;
    this.fatalFault.value = fault;
    page.state.value = 'error';
    this.release();
    if (!isInCall()) return;
    // The middle of the page shows the others, so the problem becomes a notice.
    this.pictureShown.value = false;
    const message = `${fault.message} The call goes on without your picture.`;
    const actions = canRestart(fault) ? [this.restartAction] : [];
    notices.showError('effect', errorOf({ ...fault, message }), actions);
  }

  private release(): void {
    for (const stop of this.stopListening) stop();
    this.stopListening = [];
    this.needs.look.detach();
    const old = this.current.value;
    this.current.value = null;
    // A dead worker may not even answer that it has closed.
    if (old) ignoreRejection(old.close());
  }
}

export function createEffectStore(needs: EffectNeeds): EffectStore {
  return new EffectStore(needs);
}

export const [useEffectStore, provideEffectStore] = createStoreSlot<EffectStore>('effect');
