import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { formatBytes, formatDuration } from '../base/format.ts';
import { useCall } from '../call/call-store.ts';
import { restoreFocus } from '../ui/focus.ts';
import { Icon } from '../ui/Icon.tsx';
import { ClipPreview } from './ClipPreview.tsx';
import { useClips, type Clip } from './clips-store.ts';
import { canShareFile } from './save-file.ts';

/**
 * Clips that were recorded, until they are saved or discarded. Several, and those beside a call or
 * its lobby, lie in a tray that folds: they must not cover what else is there.
 */
export function ClipCards() {
  const clips = useClips().clips.value;
  const { isOpen, isIn } = useCall();
  const list = useRef<HTMLUListElement>(null);
  const chosen = useSignal<boolean | null>(null);
  const before = useRef(0);
  useEffect(() => {
    if (clips.length > before.current) chosen.value = null;
    // The button that had the focus has gone with its card.
    else if (clips.length < before.current)
      restoreFocus(list.current?.querySelector('button') ?? document.querySelector('.recorder button'));
    before.current = clips.length;
  }, [clips.length]);
  // Each lobby begins with the form in view, even if the clips were unfolded before.
  useEffect(() => {
    chosen.value = null;
  }, [isOpen.value, isIn.value]);
  if (clips.length === 0) return null;
  const unfolded = chosen.value ?? (!isOpen.value || isIn.value);
  return (
    <section class="clip-tray" aria-label="Clips" data-many={clips.length > 1 || undefined}>
      {(clips.length > 1 || isOpen.value) && (
        <button
          type="button"
          class="tray-head surface"
          aria-expanded={unfolded}
          onClick={() => {
            chosen.value = !unfolded;
          }}
        >
          <Icon name="film" /> {clips.length === 1 ? '1 clip' : `${clips.length} clips`}
          <Icon name="chevron" />
        </button>
      )}
      {unfolded && (
        <ul class="clips" aria-label="Clips" ref={list}>
          {clips.map((clip) => (
            <ClipCard key={clip.name} clip={clip} />
          ))}
        </ul>
      )}
    </section>
  );
}

function ClipCard({ clip }: { clip: Clip }) {
  const { name, file, recovered, saved, downloaded } = clip;
  const dot = name.lastIndexOf('.');
  const title = useSignal(clip.title ?? name.slice(0, dot));
  const seconds = useSignal<number | null>(null);
  const length = seconds.value === null ? '' : `${formatDuration(seconds.value)} · `;
  return (
    <li class="clip">
      <ClipPreview clip={clip} title={title.value} seconds={seconds} />
      <div class="about">
        {recovered && <p class="found">Recovered clip</p>}
        <label class="clip-name">
          <span class="unseen">Name of the clip</span>
          <input
            type="text"
            value={title.value}
            maxLength={120}
            spellcheck={false}
            onInput={(event) => {
              title.value = event.currentTarget.value;
            }}
          />
          <span>
            {name.slice(dot)} · {length}
            {formatBytes(file.size)}
          </span>
        </label>
        {!saved && (
          <p class="where">
            {downloaded
              ? 'Sent to your downloads. Also kept in this browser until you discard it'
              : 'Kept in this browser until you save or discard it'}
          </p>
        )}
        <ClipActions clip={clip} title={title.value} />
      </div>
    </li>
  );
}

function ClipActions({ clip, title }: { clip: Clip; title: string }) {
  const clips = useClips();
  const { file, downloaded, saving } = clip;
  const saved = clip.saved || downloaded;
  return (
    <div class="row">
      <button
        type="button"
        class={saved ? 'button' : 'button primary'}
        disabled={saving}
        onClick={() => void clips.save(clip, title)}
      >
        <Icon name="drop" /> {saving ? 'Saving…' : saved ? 'Save again' : 'Save'}
      </button>
      {canShareFile(file) && (
        <button type="button" class="button" onClick={() => void clips.share(clip, title)}>
          <Icon name="share" /> Share
        </button>
      )}
      <DiscardButton clip={clip} />
    </div>
  );
}

/** A clip that is not saved would be lost, so discarding it takes a second click. */
function DiscardButton({ clip }: { clip: Clip }) {
  const clips = useClips();
  const asking = useSignal(false);
  return (
    <button
      type="button"
      class="button"
      onBlur={() => {
        asking.value = false;
      }}
      onClick={() => {
        if (clip.saved || asking.value) void clips.discard(clip);
        else asking.value = true;
      }}
    >
      {clip.saved ? 'Close' : asking.value ? 'Discard for good?' : 'Discard'}
    </button>
  );
}
