import { backdrop, colour, picture, setBackdrop, setColour, setPicture } from './look.ts';
import { Icon } from './icons.tsx';
import { Section, Segmented } from './parts.tsx';
import { chooseFile } from './sources.ts';

const OPTIONS = [
  { value: 'live', label: 'Live', icon: 'camera' },
  { value: 'blur', label: 'Blur', icon: 'blur' },
  { value: 'colour', label: 'Colour', icon: 'palette' },
  { value: 'image', label: 'Image', icon: 'image' },
  { value: 'transparent', label: 'Cutout', icon: 'checker' },
] as const;

/** Backdrops that flatter skin: deep, muted, and one green for keyers. */
const SWATCHES = [
  ['#2f6f5e', 'Pine'],
  ['#274c77', 'Harbour'],
  ['#5b3a6b', 'Plum'],
  ['#b5523b', 'Brick'],
  ['#e0b354', 'Honey'],
  ['#e9e4da', 'Linen'],
  ['#17181c', 'Ink'],
  ['#00b140', 'Key green'],
] as const;

export function pickPicture(): void {
  chooseFile('image/*', (file) => void setPicture(file));
}

function Colours() {
  const current = colour.value;
  return (
    <div class="swatches" role="group" aria-label="Background colour">
      {SWATCHES.map(([hex, name]) => (
        <button
          key={hex}
          type="button"
          class="swatch"
          aria-label={name}
          aria-pressed={hex === current}
          style={{ '--swatch': hex }}
          onClick={() => {
            setColour(hex);
          }}
        />
      ))}
      <label class="swatch own" data-hint="Another colour">
        <input
          type="color"
          class="unseen"
          aria-label="Another colour"
          value={current}
          onInput={(event) => {
            setColour(event.currentTarget.value);
          }}
        />
      </label>
    </div>
  );
}

function Picture() {
  return (
    <div class="picture-row">
      {picture.value !== null && <img src={picture.value} alt="The chosen background" />}
      <button type="button" class="button" onClick={pickPicture}>
        <Icon name="image" /> {picture.value === null ? 'Choose a picture' : 'Choose another'}
      </button>
    </div>
  );
}

/** What stands behind the person. */
export function Backdrops() {
  return (
    <Section title="Background">
      <Segmented
        label="Background"
        tall
        again
        options={OPTIONS}
        value={backdrop.value}
        onChange={(next) => {
          const again = next === backdrop.value;
          setBackdrop(next);
          if (next === 'image' && (again || picture.value === null)) pickPicture();
        }}
      />
      {backdrop.value === 'colour' && <Colours />}
      {backdrop.value === 'image' && <Picture />}
    </Section>
  );
}
