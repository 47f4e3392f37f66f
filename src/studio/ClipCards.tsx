import { useSignal } from '@preact/signals';
import { canShareClip, clips, dropClip, saveClip, shareClip, type Clip } from './clips.ts';
import { Icon } from './icons.tsx';
import { size } from './RecordButton.tsx';

function Preview({ clip }: { clip: Clip }) {
  const { url, file } = clip;
  // The codecs are the browser's own, so that it plays what it wrote.
  return file.type.startsWith('image/') ? (
    <img class="preview" src={url} alt="The clip" />
  ) : (
    <video class="preview" src={url} controls playsInline preload="metadata" aria-label="The clip" />
  );
}

function Card({ clip }: { clip: Clip }) {
  const { name, file, found, saved, saving } = clip;
  const dot = name.lastIndexOf('.');
  const title = useSignal(clip.title ?? name.slice(0, dot));
  const unsure = useSignal(false);
  return (
    <li class="clip">
      <Preview clip={clip} />
      <div class="about">
        {found && <p class="found">Left from your last visit</p>}
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
            {name.slice(dot)} · {size(file.size)}
          </span>
        </label>
        {!saved && <p class="where">Kept in this browser until you save or discard it</p>}
        <div class="row">
          <button
            type="button"
            class={saved ? 'button' : 'button primary'}
            disabled={saving}
            onClick={() => void saveClip(clip, title.value)}
          >
            <Icon name="drop" /> {saving ? 'Saving…' : saved ? 'Save again' : 'Save'}
          </button>
          {canShareClip(clip) && (
            <button type="button" class="button" onClick={() => void shareClip(clip, title.value)}>
              <Icon name="share" /> Share
            </button>
          )}
          <button
            type="button"
            class="button"
            onBlur={() => {
              unsure.value = false;
            }}
            onClick={() => {
              // What is saved is not lost; what is not is asked after once.
              if (saved || unsure.value) void dropClip(clip);
              else unsure.value = true;
            }}
          >
            {saved ? 'Close' : unsure.value ? 'Discard for good?' : 'Discard'}
          </button>
        </div>
      </div>
    </li>
  );
}

/** What was recorded, until it is saved or thrown away. */
export function ClipCards() {
  if (clips.value.length === 0) return null;
  return (
    <ul class="clips" aria-label="Clips">
      {clips.value.map((clip) => (
        <Card key={clip.name} clip={clip} />
      ))}
    </ul>
  );
}
