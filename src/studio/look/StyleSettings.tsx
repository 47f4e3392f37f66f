import { DETAILS, MAX_DRAW_FACTORS, type DrawSetting } from '../../effect/look.ts';
import { capitalize } from '../base/format.ts';
import { Section, Segmented, Slider } from '../ui/controls.tsx';
import { useLook } from './look-store.ts';
import { PaletteSettings } from '../palette/PaletteSettings.tsx';
import { useStyles } from './styles-store.ts';

const DRAWING: Record<DrawSetting, { title: string; label: string }> = {
  line: { title: 'Lines', label: 'Width of the lines' },
  colour: { title: 'Colour', label: 'Strength of colour' },
};

const DETAIL_OPTIONS = DETAILS.map((value) => ({ value, label: capitalize(value) }));

/** How strong the style is, and how it is drawn. */
export function StyleSettings() {
  const { wanted, change } = useLook();
  const { isOn, settings, adjust } = useStyles();
  return (
    <>
      <Slider
        title="Strength"
        label="Strength of the style"
        value={wanted.value.strength}
        most={1}
        onInput={(strength) => {
          change({ strength });
        }}
      />
      {settings.value.map((setting) => (
        <Slider
          key={setting}
          {...DRAWING[setting]}
          value={wanted.value[setting]}
          most={MAX_DRAW_FACTORS[setting]}
          own={1}
          onInput={(factor) => {
            adjust({ [setting]: factor });
          }}
        />
      ))}
      {settings.value.includes('colour') && <PaletteSettings />}
      {isOn.value && (
        <Section title="Detail">
          <Segmented
            label="Detail"
            options={DETAIL_OPTIONS}
            value={wanted.value.detail}
            onChange={(detail) => {
              change({ detail });
            }}
          />
        </Section>
      )}
    </>
  );
}
