import { useSignal, useSignalEffect, type Signal } from '@preact/signals';
import type { FilmFormat, FilmInfo } from '../../record/convert-protocol.ts';
import { formatDuration } from '../base/format.ts';
import { describeLook } from '../look/describe-look.ts';
import { useLook } from '../look/look-store.ts';
import { useStyles } from '../look/styles-store.ts';
import { useFilm } from '../source/film-store.ts';
import { useSource } from '../source/source-store.ts';
import { faultOf } from '../../common/errors.ts';
import { IconButton, Segmented } from '../ui/controls.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Icon } from '../ui/Icon.tsx';
import { useConversions } from './conversions-store.ts';
import { formatTime, readTrim } from './read-time.ts';

const TITLE_ID = 'convert-title';
const FORMATS = [
  { value: 'mp4', label: 'MP4' },
  { value: 'webm', label: 'WebM' },
] as const;
/** The style net and the short side of its input, in pixels, for the faster choice. */
const FASTER = { detail: 'light', quality: 192 } as const;
const QUALITIES = [
  { value: 'finest', label: 'Finest' },
  { value: 'faster', label: 'Faster' },
] as const;

/** Frames a second: those that editors expect. */
const RATES = [
  { value: 'film', label: 'As filmed' },
  { value: '25', label: '25' },
  { value: '30', label: '30' },
  { value: '60', label: '60' },
] as const;

/** What the person has entered so far. */
interface ConvertForm {
  format: Signal<'mp4' | 'webm'>;
  quality: Signal<'finest' | 'faster'>;
  rate: Signal<(typeof RATES)[number]['value']>;
  from: Signal<string>;
  to: Signal<string>;
  /** About the film that is asked about, once it is known. Several films are not looked at. */
  info: Signal<FilmInfo | null>;
  problem: Signal<string>;
}

/** Asks how to convert films. They get the look that the stage shows. */
export function ConvertDialog() {
  const conversions = useConversions();
  const form = useConvertForm();
  const look = useLook().wanted.value;
  const transparent = look.background === 'transparent';
  const films = conversions.asked.value;
  const close = () => {
    conversions.ask([]);
  };
  const start = () => {
    const seconds = form.info.value?.seconds;
    const trim = readTrim(form.from.value, form.to.value, seconds);
    if (!trim) {
      const length = seconds === undefined ? '' : ` The film is ${formatDuration(seconds)} long.`;
      form.problem.value = `Enter times like 1:30 or 90. The end must come after the start.${length}`;
      return;
    }
    const format: FilmFormat = transparent ? 'webm-alpha' : form.format.value;
    const speed = form.quality.value === 'finest' ? {} : FASTER;
    const style = look.style ?? 'none';
    const frameRate = form.rate.value === 'film' ? {} : { frameRate: Number(form.rate.value) };
    conversions.enqueue(films, {
      ...{ format, trim, ...frameRate },
      look: { ...look, style, quality: 'auto', ...speed },
    });
    close();
  };
  return (
    <Dialog open={films.length > 0} titleId={TITLE_ID} class="convert" onClose={close}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <div class="panel-head">
          <h2 id={TITLE_ID}>{films.length > 1 ? `Convert ${films.length} films` : 'Convert film'}</h2>
          <IconButton icon="close" label="Close" onClick={close} />
        </div>
        <FilmSummary films={films} info={form.info.value} />
        <FormatAndQuality form={form} transparent={transparent} />
        <TrimFields form={form} />
        {form.problem.value && (
          <p class="convert-error" role="alert">
            {form.problem.value}
          </p>
        )}
        <p class="private">
          <Icon name="shield" /> Runs on this computer, even while this tab is in the background.
        </p>
        <div class="row">
          <button type="submit" class="button primary">
            <Icon name="film" /> Convert
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/**
 * The form's fields. They are cleared, and the film is inspected, whenever other films are asked
 * about.
 */
function useConvertForm(): ConvertForm {
  const conversions = useConversions();
  const { part } = useFilm();
  const { playingFile } = useSource();
  const form: ConvertForm = {
    format: useSignal('mp4'),
    quality: useSignal('finest'),
    rate: useSignal('film'),
    from: useSignal(''),
    to: useSignal(''),
    info: useSignal<FilmInfo | null>(null),
    problem: useSignal(''),
  };
  useSignalEffect(() => {
    const films = conversions.asked.value;
    form.info.value = null;
    const [film] = films;
    form.problem.value = '';
    // The film on the stage may have been looked through already.
    const { from, to } = film && film === playingFile.peek() ? part.peek() : {};
    form.from.value = from === undefined ? '' : formatTime(from);
    form.to.value = to === undefined ? '' : formatTime(to);
    if (films.length !== 1 || !film) return;
    const isStillAsked = () => conversions.asked.peek() === films;
    conversions.inspect(film).then(
      (info) => {
        if (isStillAsked()) form.info.value = info;
      },
      (error: unknown) => {
        const { message, wayOut } = faultOf(error);
        if (isStillAsked()) form.problem.value = `${message} ${wayOut}`;
      },
    );
  });
  return form;
}

function FilmSummary({ films, info }: { films: readonly File[]; info: FilmInfo | null }) {
  const look = useLook().wanted.value;
  const styles = useStyles();
  const { style } = look;
  const isNone = style === null || style === 'none';
  const title = styles.all.value.find(({ id }) => id === style)?.title ?? style;
  return (
    <p class="film-name">
      <strong>{films.map(({ name }) => name).join(', ')}</strong>
      {info && (
        <span>
          {formatDuration(info.seconds)} · {info.width} × {info.height} · {info.video}
          {info.audio === null ? ' · silent' : ` · ${info.audio}`}
        </span>
      )}
      <span>
        {describeLook(look, isNone ? null : title)}. Every frame is converted and the sound is kept.
      </span>
    </p>
  );
}

function FormatAndQuality({ form, transparent }: { form: ConvertForm; transparent: boolean }) {
  return (
    <>
      {transparent ? (
        <p>With a transparent background the result is a WebM.</p>
      ) : (
        <Segmented
          label="Format"
          options={FORMATS}
          value={form.format.value}
          onChange={(value) => {
            form.format.value = value;
          }}
        />
      )}
      <Segmented
        label="Quality"
        options={QUALITIES}
        value={form.quality.value}
        onChange={(value) => {
          form.quality.value = value;
        }}
      />
      <Segmented
        label="Frames per second"
        options={RATES}
        value={form.rate.value}
        onChange={(value) => {
          form.rate.value = value;
        }}
      />
    </>
  );
}

function TrimFields({ form }: { form: ConvertForm }) {
  const seconds = form.info.value?.seconds;
  const end = seconds === undefined ? 'the end' : formatDuration(seconds);
  return (
    <div class="range">
      <TimeField label="From" placeholder="0:00" text={form.from} />
      <TimeField label="To" placeholder={end} text={form.to} />
    </div>
  );
}

interface TimeFieldProps {
  label: string;
  placeholder: string;
  text: Signal<string>;
}

function TimeField({ label, placeholder, text }: TimeFieldProps) {
  return (
    <label>
      {label}
      <input
        type="text"
        placeholder={placeholder}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}
