import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { FilmFormat, FilmInfo } from '../record/convert-protocol.ts';
import { asked, enqueue, inspectFilm, lookNow } from './conversions.ts';
import { Icon } from './icons.tsx';
import { look } from './look.ts';
import { asFault } from './notices.ts';
import { offered } from './offer.ts';
import { IconButton, Segmented } from './parts.tsx';
import { duration } from './RecordButton.tsx';

const FORMATS = [
  { value: 'mp4', label: 'MP4' },
  { value: 'webm', label: 'WebM' },
] as const;
const QUALITIES = [
  { value: 'auto', label: 'Finest' },
  { value: '192', label: 'Faster' },
] as const;

/** `1:30` or `90`, in seconds; null where it is none. */
function readTime(text: string): number | null {
  if (!/^\s*(\d+:){0,2}\d+([.,]\d+)?\s*$/.test(text)) return null;
  return text.split(':').reduce((sum, part) => 60 * sum + Number(part.replace(',', '.')), 0);
}

/** What the look of the stage makes of the film, in words. */
function looks(): string {
  const { style, region, background } = look.value;
  const title = offered.value.find(({ id }) => id === style)?.title ?? style ?? 'Original';
  const behind =
    background === 'live' ? '' : `, background ${background.startsWith('blob:') ? 'picture' : background}`;
  return `${title} on ${region === 'everything' ? 'everything' : `the ${region}`}${behind}`;
}

/** Asks how the films in {@link asked} are to be converted, with the look that the stage shows. */
export function ConvertDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const info = useSignal<FilmInfo | null>(null);
  const problem = useSignal('');
  const format = useSignal<'mp4' | 'webm'>('mp4');
  const quality = useSignal<'auto' | '192'>('auto');
  const from = useSignal('');
  const to = useSignal('');

  useSignalEffect(() => {
    const files = asked.value;
    if (files.length === 0) {
      dialog.current?.close();
      return;
    }
    info.value = null;
    problem.value = from.value = to.value = '';
    if (!dialog.current?.open) dialog.current?.showModal();
    const [only] = files;
    if (files.length > 1 || !only) return;
    inspectFilm(only).then(
      (found) => {
        if (asked.peek() === files) info.value = found;
      },
      (error: unknown) => {
        const { message, wayOut } = asFault(error);
        if (asked.peek() === files) problem.value = `${message} ${wayOut}`;
      },
    );
  });

  const files = asked.value;
  const transparent = look.value.background === 'transparent';
  const close = () => {
    asked.value = [];
  };
  const start = () => {
    const range = [from.value, to.value].map((text) => (text.trim() === '' ? undefined : readTime(text)));
    const [first, last] = range;
    if (first === null || last === null || (first ?? 0) >= (last ?? Infinity)) {
      problem.value = 'Give the times as 1:30 or 90, the end after the beginning.';
      return;
    }
    const chosen: FilmFormat = transparent ? 'webm-alpha' : format.value;
    enqueue(files, {
      format: chosen,
      trim: { ...(first === undefined ? {} : { from: first }), ...(last === undefined ? {} : { to: last }) },
      look: { ...lookNow(), quality: quality.value === 'auto' ? 'auto' : Number(quality.value) },
    });
    close();
  };

  return (
    <dialog class="convert" ref={dialog} aria-labelledby="convert-title" onClose={close}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <header class="panel-head">
          <h2 id="convert-title">Convert {files.length > 1 ? `${files.length} films` : 'the whole film'}</h2>
          <IconButton icon="close" label="Close" onClick={close} />
        </header>
        <p class="film-name">
          <strong>{files.map(({ name }) => name).join(', ')}</strong>
          {info.value && (
            <span>
              {duration(info.value.seconds)} · {info.value.width} × {info.value.height} · {info.value.video}
              {info.value.audio === null ? ' · silent' : ` · ${info.value.audio}`}
            </span>
          )}
          <span>{looks()}. Every frame is drawn, and the sound goes along.</span>
        </p>
        {transparent ? (
          <p>A transparent background makes a WebM.</p>
        ) : (
          <Segmented
            label="Format"
            options={FORMATS}
            value={format.value}
            onChange={(value) => {
              format.value = value;
            }}
          />
        )}
        <Segmented
          label="Quality"
          options={QUALITIES}
          value={quality.value}
          onChange={(value) => {
            quality.value = value;
          }}
        />
        <div class="range">
          <label>
            From
            <input
              type="text"
              placeholder="0:00"
              value={from.value}
              onInput={(event) => {
                from.value = event.currentTarget.value;
              }}
            />
          </label>
          <label>
            To
            <input
              type="text"
              placeholder={info.value ? duration(info.value.seconds) : 'the end'}
              value={to.value}
              onInput={(event) => {
                to.value = event.currentTarget.value;
              }}
            />
          </label>
        </div>
        {problem.value && (
          <p class="problem" role="alert">
            {problem.value}
          </p>
        )}
        <p class="private">
          <Icon name="shield" /> It is converted on this machine, and goes on in a hidden tab.
        </p>
        <div class="row">
          <button type="submit" class="button primary">
            <Icon name="film" /> Convert
          </button>
        </div>
      </form>
    </dialog>
  );
}
