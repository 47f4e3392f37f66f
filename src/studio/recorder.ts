import { effect, signal } from '@preact/signals';
import type { FormatId, Offer } from '../record/formats.ts';
import type { Recorder } from '../record/recorder.ts';
import { theEffect } from './engine.ts';
import { tellFault } from './notices.ts';

/** What this browser can write; empty until it was asked. */
export const offers = signal<readonly Offer[]>([]);
/** The film that plays in most places. */
export const widestHere = signal<FormatId>('mp4');

let loading: Promise<Recorder> | null = null;

/** The recorder on the running effect, and what it can write; both are fetched when they are first wanted. */
export function recorder(): Promise<Recorder> {
  loading ??= load();
  loading.catch(() => {
    loading = null;
  });
  return loading;
}

async function load(): Promise<Recorder> {
  const [{ Recorder }, formats] = await Promise.all([
    import('../record/recorder.ts'),
    import('../record/formats.ts'),
  ]);
  const all = await formats.offers();
  const made = new Recorder();
  offers.value = all;
  widestHere.value = formats.widest(all);
  const follow = effect(() => {
    made.follow(theEffect.value).catch((error: unknown) => {
      tellFault('recording', error);
    });
  });
  made.died.catch(() => {
    follow();
    loading = null;
  });
  return made;
}
