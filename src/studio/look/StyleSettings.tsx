import { Section, Switch } from '../ui/controls.tsx';
import { useLook } from './look-store.ts';
import { useStyles } from './styles-store.ts';

/** How strong and how fine the style is drawn. */
export function StyleSettings() {
  const { wanted, change } = useLook();
  const { fineDetail, toggleFine } = useStyles();
  const percent = Math.round(wanted.value.strength * 100);
  return (
    <Section title="Strength" aside={<span class="amount">{percent} %</span>}>
      <input
        type="range"
        aria-label="Strength of the style"
        aria-valuetext={`${percent} percent`}
        min={0}
        max={100}
        step={1}
        value={percent}
        style={{ '--fill': `${percent}%` }}
        onInput={(event) => {
          change({ strength: event.currentTarget.valueAsNumber / 100 });
        }}
      />
      {fineDetail.value && (
        <Switch
          label="Fine detail"
          hint="Slower; needs a fast computer"
          keyName="D"
          checked={fineDetail.value.on}
          onChange={toggleFine}
        />
      )}
    </Section>
  );
}
