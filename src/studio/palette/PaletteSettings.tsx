import { chooseFile, IMAGE_FILES } from '../base/choose-file.ts';
import { Section } from '../ui/controls.tsx';
import { Icon } from '../ui/Icon.tsx';
import { usePalette } from './palette-store.ts';

/** The colours of a picture in place of a drawn style's own. */
export function PaletteSettings() {
  const { colours, choosePicture, remove } = usePalette();
  const has = colours.value.length > 0;
  return (
    <Section title="Palette">
      {has && (
        <div class="palette" role="img" aria-label={`${colours.value.length} colours of a picture`}>
          {colours.value.map((colour) => (
            <span key={colour} style={{ '--swatch': colour }} />
          ))}
        </div>
      )}
      <div class="row">
        <button
          type="button"
          class="button"
          data-hint="Or drop a picture on the styles"
          onClick={() => {
            chooseFile(IMAGE_FILES, (file) => void choosePicture(file));
          }}
        >
          <Icon name="palette" /> {has ? 'Another picture' : 'From a picture'}
        </button>
        {has && (
          <button type="button" class="button" onClick={remove}>
            <Icon name="reset" /> Own colours
          </button>
        )}
      </div>
    </Section>
  );
}
