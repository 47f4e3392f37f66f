import { chooseFile, IMAGE_FILES } from '../base/choose-file.ts';
import { Section, Segmented } from '../ui/controls.tsx';
import { Icon } from '../ui/Icon.tsx';
import { useBackground, type BackgroundStore } from './background-store.ts';
import { SWATCHES } from './swatches.ts';

const OPTIONS = [
  { value: 'live', label: 'Live', icon: 'camera' },
  { value: 'blur', label: 'Blur', icon: 'blur' },
  { value: 'colour', label: 'Colour', icon: 'palette' },
  { value: 'image', label: 'Image', icon: 'image' },
  { value: 'transparent', label: 'Transparent', icon: 'checker' },
] as const;

/** What is behind the person. */
export function BackgroundSettings() {
  const background = useBackground();
  const { kind, image, cutOut } = background;
  return (
    <Section title="Background">
      <Segmented
        label="Background"
        tall
        again
        options={OPTIONS}
        value={kind.value}
        onChange={(next) => {
          const again = next === kind.value;
          if (next === 'image' && (again || image.value === null)) chooseImageFile(background);
          else background.choose(next);
        }}
      />
      {cutOut.value && (
        <p role="status">Transparent until this clip ends. What you choose here shows afterwards.</p>
      )}
      {kind.value === 'colour' && <ColourSwatches />}
      {kind.value === 'image' && <ImageRow />}
    </Section>
  );
}

function chooseImageFile({ chooseImage }: BackgroundStore): void {
  chooseFile(IMAGE_FILES, (file) => void chooseImage(file));
}

function ColourSwatches() {
  const { colour, chooseColour } = useBackground();
  return (
    <div class="swatches" role="group" aria-label="Background colour">
      {SWATCHES.map(([hex, name]) => (
        <button
          key={hex}
          type="button"
          class="swatch"
          aria-label={name}
          aria-pressed={hex === colour.value}
          style={{ '--swatch': hex }}
          onClick={() => {
            chooseColour(hex);
          }}
        />
      ))}
      <label class="swatch own" data-hint="Another colour">
        <input
          type="color"
          class="unseen"
          aria-label="Another colour"
          value={colour.value}
          onInput={(event) => {
            chooseColour(event.currentTarget.value);
          }}
        />
      </label>
    </div>
  );
}

function ImageRow() {
  const background = useBackground();
  const url = background.image.value;
  return (
    <div class="picture-row">
      {url !== null && <img src={url} alt="The chosen background" />}
      <button
        type="button"
        class="button"
        onClick={() => {
          chooseImageFile(background);
        }}
      >
        <Icon name="image" /> {url === null ? 'Choose an image' : 'Choose another'}
      </button>
    </div>
  );
}
