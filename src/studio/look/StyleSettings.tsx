import { MOST_OF_DRAWING, type DrawSetting } from '../../effect/look.ts';
import { Section, Slider, Switch } from '../ui/controls.tsx';
import { useLook } from './look-store.ts';
import { useStyles } from './styles-store.ts';

const DRAWING: Record<DrawSetting, { title: string; label: string }> = {
  line: { title: 'Lines', label: 'Width of the lines' },
  colour: { title: 'Colour', label: 'Strength of colour' },
};

/** How strong the style is, and how it is drawn. */
export function StyleSettings() {
  const { wanted, change } = useLook();
  const { fineDetail, toggleFine, settings, adjust } = useStyles();
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
          most={MOST_OF_DRAWING[setting]}
          own={1}
          onInput={(factor) => {
            adjust({ [setting]: factor });
          }}
        />
      ))}
      {fineDetail.value && (
        <Section title="Detail">
          <Switch
            label="Fine detail"
            hint="Slower; needs a fast computer"
            keyName="D"
            checked={fineDetail.value.on}
            onChange={toggleFine}
          />
        </Section>
      )}
    </>
  );
}
