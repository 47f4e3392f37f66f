import { useSignal } from '@preact/signals';
import { formatBytes } from '../base/format.ts';
import { Icon } from '../ui/Icon.tsx';
import { useClips, type Clip } from './clips-store.ts';
import { canShareFile } from './save-file.ts';

/** Clips that were recorded, until they are saved or discarded. */
export function ClipCards() {
  const { clips } = useClips();
  if (clips.value.length === 0) return null;
  return (
    <ul class="clips" aria-label="Clips">
      {clips.value.map((clip) => (
        <ClipCard key={clip.name} clip={clip} />
      ))}
    </ul>
  );
}

function ClipCard({ clip }: { clip: Clip }) {
  const { name, file, recovered, saved, downloaded } = clip;
  const dot = name.lastIndexOf('.');
  const title = useSignal(clip.title ?? name.slice(0, dot));
  return (
    <li class="clip">
      <ClipPreview clip={clip} />
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
            {name.slice(dot)} · {formatBytes(file.size)}
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

function ClipPreview({ clip: { url, file } }: { clip: Clip }) {
  return file.type.startsWith('image/') ? (
    <img class="preview" src={url} alt="The clip" />
  ) : (
    // The browser plays what it wrote: the codecs are its own.
    <video class="preview" src={url} controls playsInline preload="metadata" aria-label="The clip" />
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
