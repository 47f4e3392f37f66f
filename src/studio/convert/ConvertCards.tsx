import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Fault } from '../../effect/index.ts';
import { formatDuration } from '../base/format.ts';
import { titleOf } from '../notices/error-titles.ts';
import { Icon } from '../ui/Icon.tsx';
import { ProgressBar } from '../ui/ProgressBar.tsx';
import { useConversions, type Conversion } from './conversions-store.ts';

/** The queue of films: the one that is being converted, those that wait, and those that failed. */
export function ConvertCards() {
  const { queue } = useConversions();
  if (queue.value.length === 0) return null;
  return (
    <section class="film-queue" aria-label="Films to convert">
      <ul class="clips" aria-label="Films">
        {queue.value.map((conversion) =>
          conversion.stage === 'waiting' || conversion.stage === 'failed' ? (
            <IdleCard key={conversion.id} conversion={conversion} />
          ) : (
            <RunningCard key={conversion.id} conversion={conversion} />
          ),
        )}
      </ul>
    </section>
  );
}

function RunningCard({ conversion }: { conversion: Conversion }) {
  const { paused, togglePause } = useConversions();
  const { file, progress } = conversion;
  const share = progress && (progress.total > 0 ? progress.seconds / progress.total : 0);
  return (
    <li class="clip converting" data-paused={paused.value || undefined}>
      <FilmPreview />
      <div class="about">
        <strong>{file.name}</strong>
        <ProgressBar label={`Converting ${file.name}`} share={share} />
        <p>{describeProgress(conversion, paused.value)}</p>
        <div class="row">
          <button type="button" class="button" onClick={() => void togglePause()}>
            <Icon name={paused.value ? 'play' : 'pause'} /> {paused.value ? 'Resume' : 'Pause'}
          </button>
          <CancelButton conversion={conversion} />
        </div>
      </div>
    </li>
  );
}

/** The newest picture of the film that is being converted. */
function FilmPreview() {
  const { canvas } = useConversions();
  const holder = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    holder.current?.replaceChildren(...(canvas.value ? [canvas.value] : []));
  });
  return <div class="preview" ref={holder} role="img" aria-label="The newest picture" />;
}

function IdleCard({ conversion }: { conversion: Conversion }) {
  const conversions = useConversions();
  const { fault, file, id } = conversion;
  // A file that is not a film fails every time.
  const canRetry = fault !== null && fault.code !== 'ERR_VIDEO_UNREADABLE';
  return (
    <li class="clip film" role={fault ? 'alert' : undefined}>
      <div class="about">
        <strong>{fault ? titleOfFailure(fault, file) : file.name}</strong>
        <p>{fault ? `${fault.message} ${fault.wayOut}` : 'Waiting'}</p>
        <div class="row">
          {canRetry && (
            <button
              type="button"
              class="button"
              onClick={() => {
                conversions.retry(id);
              }}
            >
              Try again
            </button>
          )}
          <CancelButton conversion={conversion} />
        </div>
      </div>
    </li>
  );
}

/** A wrong time is a parameter too, but the general title for parameters is about links. */
function titleOfFailure({ code }: Fault, { name }: File): string {
  return code === 'ERR_PARAMETER' ? name : titleOf(code);
}

function CancelButton({ conversion: { id, file, stage } }: { conversion: Conversion }) {
  const conversions = useConversions();
  const word = stage === 'failed' ? 'Remove' : 'Cancel';
  return (
    <button
      type="button"
      class="button"
      aria-label={`${word}: ${file.name}`}
      onClick={() => {
        conversions.cancel(id);
      }}
    >
      {word}
    </button>
  );
}

function describeProgress({ stage, progress }: Conversion, paused: boolean): string {
  if (stage === 'finishing') return 'Finishing…';
  if (stage === 'loading' || !progress) return 'Loading…';
  const { seconds, total, rate, left } = progress;
  const position = `${formatDuration(seconds)} of ${formatDuration(total)}`;
  if (paused) return `Paused at ${position}`;
  const minutes = left === null ? null : Math.round(left / 60);
  const timeLeft = left === null ? '' : ` · ${left < 60 ? 'less than a minute' : `${minutes ?? 0} min`} left`;
  return `${position}${timeLeft} · ${rate.toFixed(1)} fps`;
}
