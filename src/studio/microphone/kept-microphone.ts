import { signal } from '@preact/signals';
import type { Microphone } from '../../call/peer/microphone.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';

export interface KeptMicrophoneNeeds {
  preferences: PreferencesStore;
  openMicrophone: (deviceId?: string) => Promise<Microphone>;
  /** Returns what ends it. */
  onDevicesChanged: (listener: () => void) => () => void;
}

/**
 * A microphone outside of a call, from `open` to `close`: one that is unplugged is replaced by
 * another, or by itself when it is back.
 */
export class KeptMicrophone {
  /** Null while it is closed, and while there is none. */
  readonly current = signal<Microphone | null>(null);
  private opening: Promise<void> | null = null;
  /** Ends the wait for other devices. Null while it is closed. */
  private stopListening: (() => void) | null = null;

  constructor(private readonly needs: KeptMicrophoneNeeds) {}

  /** Opens it, unless it is open. Rejects as `openMicrophone` does, and is closed then. */
  async open(): Promise<void> {
    this.stopListening ??= this.needs.onDevicesChanged(this.reopen);
    try {
      await this.request();
    } catch (error) {
      if (!this.current.peek()) this.close();
      throw error;
    }
  }

  /** As {@link open}, but where there is none it waits for one; never rejects. */
  readonly await = (): void => {
    this.stopListening ??= this.needs.onDevicesChanged(this.reopen);
    this.reopen();
  };

  close(): void {
    this.opening = null;
    this.stopListening?.();
    this.stopListening = null;
    this.current.peek()?.stop();
    this.current.value = null;
  }

  private readonly reopen = (): void => {
    // If there is none, the next device may be one.
    if (this.stopListening) this.request().catch(() => undefined);
  };

  private request(): Promise<void> {
    if (this.current.peek()) return Promise.resolve();
    if (this.opening) return this.opening;
    const { preferences, openMicrophone } = this.needs;
    const mine = openMicrophone(preferences.current.peek().microphoneId ?? undefined).then((next) => {
      // Closed while the browser asked for permission.
      if (this.opening === mine) this.adopt(next);
      else next.stop();
    });
    const done = () => {
      if (this.opening === mine) this.opening = null;
    };
    this.opening = mine;
    mine.then(done, done);
    return mine;
  }

  private adopt(next: Microphone): void {
    next.track.addEventListener('ended', () => {
      if (this.current.peek() !== next) return;
      next.stop();
      this.current.value = null;
      this.reopen();
    });
    this.current.value = next;
  }
}
