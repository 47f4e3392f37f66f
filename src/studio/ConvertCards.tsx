import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import {
  cancelJob,
  conversionCanvas,
  conversionsPaused,
  jobs,
  retryJob,
  togglePauseConversions,
  type Job,
} from './conversions.ts';
import { Icon } from './icons.tsx';
import { tellFault, titleOf } from './notices.ts';
import { duration } from './RecordButton.tsx';

/** The picture that was made last. */
function Preview() {
  const holder = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    holder.current?.replaceChildren(...(conversionCanvas.value ? [conversionCanvas.value] : []));
  });
  return <div class="preview" ref={holder} role="img" aria-label="The newest picture" />;
}

function words({ stage, progress }: Job): string {
  if (stage === 'waiting') return 'Waits';
  if (stage === 'finishing') return 'Finishing…';
  if (stage === 'loading' || !progress) return 'Loading…';
  const { seconds, total, rate, left } = progress;
  if (conversionsPaused.value) return `Paused at ${duration(seconds)} of ${duration(total)}`;
  const soon =
    left === null ? '' : ` · ${left < 60 ? 'under a minute' : `${Math.round(left / 60)} min`} left`;
  return `${duration(seconds)} of ${duration(total)}${soon} · ${rate.toFixed(1)} fps`;
}

function Bar({ job }: { job: Job }) {
  const { progress, file } = job;
  const share = progress && progress.total > 0 ? progress.seconds / progress.total : 0;
  return (
    <div
      class="bar"
      role="progressbar"
      aria-label={`Converting ${file.name}`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      data-unknown={progress === null || undefined}
    >
      <span style={{ '--share': String(share) }} />
    </div>
  );
}

function Running({ job }: { job: Job }) {
  const paused = conversionsPaused.value;
  return (
    <li class="clip converting" data-paused={paused || undefined}>
      <Preview />
      <div class="about">
        <strong>{job.file.name}</strong>
        <Bar job={job} />
        <p>{words(job)}</p>
        <div class="row">
          <button type="button" class="button" onClick={pause}>
            <Icon name={paused ? 'play' : 'pause'} /> {paused ? 'Go on' : 'Pause'}
          </button>
          <Cancel job={job} />
        </div>
      </div>
    </li>
  );
}

function pause(): void {
  togglePauseConversions().catch((error: unknown) => {
    tellFault('convert', error);
  });
}

function Cancel({ job }: { job: Job }) {
  const word = job.stage === 'failed' ? 'Remove' : 'Cancel';
  return (
    <button
      type="button"
      class="button"
      aria-label={`${word}: ${job.file.name}`}
      onClick={() => {
        cancelJob(job.id);
      }}
    >
      {word}
    </button>
  );
}

function Waiting({ job }: { job: Job }) {
  const { fault, file, id } = job;
  // What is no film does not become one.
  const mayHelp = fault !== null && fault.code !== 'ERR_VIDEO_UNREADABLE';
  return (
    <li class="clip film" role={fault ? 'alert' : undefined}>
      <div class="about">
        <strong>{fault ? titleOf(fault.code) : file.name}</strong>
        <p>{fault ? `${fault.message} ${fault.wayOut}` : words(job)}</p>
        <div class="row">
          {mayHelp && (
            <button
              type="button"
              class="button"
              onClick={() => {
                retryJob(id);
              }}
            >
              Try again
            </button>
          )}
          <Cancel job={job} />
        </div>
      </div>
    </li>
  );
}

/** The queue of films: the one that is being converted, those that wait, and those that could not be. */
export function ConvertCards() {
  if (jobs.value.length === 0) return null;
  return (
    <ul class="clips" aria-label="Films">
      {jobs.value.map((job) =>
        job.stage === 'waiting' || job.stage === 'failed' ? (
          <Waiting key={job.id} job={job} />
        ) : (
          <Running key={job.id} job={job} />
        ),
      )}
    </ul>
  );
}
