import { formatDuration } from '../base/format.ts';
import { IconButton } from '../ui/controls.tsx';
import { useFilm } from './film-store.ts';

/** What a player has: pause, place, time and sound; and which part of the film is meant. */
export function FilmBar() {
  const film = useFilm();
  const playback = film.playback.value;
  if (!playback) return null;
  const paused = film.paused.value;
  return (
    <section class="film-bar surface" aria-label="Film">
      <IconButton
        icon={paused ? 'play' : 'pause'}
        label={paused ? 'Play the film' : 'Pause the film'}
        onClick={film.togglePause}
      />
      <Scrubber />
      {playback.sound && (
        <IconButton
          icon={film.heard.value ? 'speaker' : 'speaker-off'}
          label={film.heard.value ? 'Turn the film’s sound off' : 'Turn the film’s sound on'}
          onClick={film.toggleHeard}
        />
      )}
      <PartButtons />
    </section>
  );
}

function Scrubber() {
  const { seconds, position, part, seek } = useFilm();
  const length = seconds.value;
  const at = formatDuration(position.value);
  // Some recorders write no length; the browser knows it once it has played to the end.
  if (!Number.isFinite(length)) return <output class="film-time">{at}</output>;
  const share = (time: number) => `${(100 * time) / (length || 1)}%`;
  const { from = 0, to = length } = part.value;
  return (
    <>
      <div class="film-line" style={{ '--from': share(from), '--to': share(to) }}>
        <input
          type="range"
          aria-label="Place in the film"
          aria-valuetext={`${at} of ${formatDuration(length)}`}
          min={0}
          max={length}
          step={0.1}
          value={position.value}
          style={{ '--fill': share(position.value) }}
          onInput={(event) => {
            seek(event.currentTarget.valueAsNumber);
          }}
        />
      </div>
      <span class="film-time">
        {at} / {formatDuration(length)}
      </span>
    </>
  );
}

function PartButtons() {
  const { part, beginHere, endHere, takeWhole } = useFilm();
  const { from, to } = part.value;
  return (
    <div class="film-part" role="group" aria-label="Part of the film">
      <button type="button" class="button" onClick={beginHere}>
        {from === undefined ? 'Start here' : `From ${formatDuration(from)}`}
      </button>
      <button type="button" class="button" onClick={endHere}>
        {to === undefined ? 'End here' : `To ${formatDuration(to)}`}
      </button>
      {(from !== undefined || to !== undefined) && (
        <button type="button" class="button" onClick={takeWhole}>
          Whole film
        </button>
      )}
    </div>
  );
}
