import type { ComponentChildren } from 'preact';
import { useId, useReducer } from 'preact/hooks';
import { Icon } from './Icon.tsx';
import type { IconName } from './icon-drawings.tsx';
import { useKeyName } from './key-name.ts';

interface IconButtonProps {
  icon: IconName;
  label: string;
  /** The keyboard shortcut, shown in the tooltip. */
  keyName?: string;
  pressed?: boolean;
  expanded?: boolean;
  id?: string;
  onClick: () => void;
}

/** A round button that shows an icon and has a name for screen readers. */
export function IconButton({ icon, label, keyName: key, pressed, expanded, id, onClick }: IconButtonProps) {
  const keyName = useKeyName(key);
  return (
    <button
      type="button"
      id={id}
      class="icon-button"
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-keyshortcuts={keyName}
      data-hint={keyName ? `${label}  (${keyName})` : label}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

interface Option<T extends string> {
  value: T;
  label: string;
  icon?: IconName;
}

interface SegmentedProps<T extends string> {
  label: string;
  options: readonly Option<T>[];
  value: T;
  /** Puts the icons above the labels, for more than three options. */
  tall?: boolean;
  /** Also calls `onChange` when the selected option is clicked again. */
  again?: boolean;
  onChange: (value: T) => void;
}

/** A radio group that looks like one control. The browser handles the arrow keys. */
export function Segmented<T extends string>({
  label,
  options,
  value,
  tall,
  again,
  onChange,
}: SegmentedProps<T>) {
  const name = useId();
  const [, render] = useReducer((count: number) => count + 1, 0);
  return (
    <div class={tall ? 'segmented tall' : 'segmented'} role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            class="unseen"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => {
              onChange(option.value);
              // The change may wait for something else. Only the value says what is selected.
              render(undefined);
            }}
            onClick={() => {
              if (again && option.value === value) onChange(option.value);
            }}
          />
          <span>
            {option.icon && <Icon name={option.icon} />}
            {option.label}
          </span>
        </label>
      ))}
    </div>
  );
}

interface SwitchProps {
  label: string;
  /** What to know before turning it on. */
  hint?: string;
  keyName?: string;
  checked: boolean;
  onChange: () => void;
}

/** A setting that is on or off, in a row of its own. */
export function Switch({ label, hint, keyName: key, checked, onChange }: SwitchProps) {
  const keyName = useKeyName(key);
  const hintId = useId();
  return (
    <label class="switch">
      <span>
        {label}
        {hint && (
          <small id={hintId} aria-hidden="true">
            {hint}
          </small>
        )}
      </span>
      {keyName && <kbd aria-hidden="true">{keyName}</kbd>}
      <input
        type="checkbox"
        role="switch"
        class="unseen"
        checked={checked}
        aria-label={label}
        aria-describedby={hint && hintId}
        aria-keyshortcuts={keyName}
        onChange={(event) => {
          onChange();
          // The change may be refused. The switch follows when the setting really changes.
          event.currentTarget.checked = checked;
        }}
      />
      <span class="track" aria-hidden="true" />
    </label>
  );
}

/** A titled section of the settings. */
export function Section({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class="section" aria-labelledby={id}>
      <header>
        <h3 id={id}>{title}</h3>
        {aside}
      </header>
      {children}
    </section>
  );
}

interface SliderProps {
  title: string;
  /** Its name for screen readers. */
  label: string;
  /** 0..`most`; shown in percent. */
  value: number;
  most: number;
  /** What a double click or the button beside the title goes back to, if there is such a value. */
  own?: number;
  onInput: (value: number) => void;
}

/** A section of one number. */
export function Slider({ title, label, value, most, own, onInput }: SliderProps) {
  const percent = Math.round(value * 100);
  const reset = () => {
    if (own !== undefined) onInput(own);
  };
  return (
    <Section
      title={title}
      aside={
        <span class="amount">
          {own !== undefined && value !== own && (
            <button
              type="button"
              class="back"
              aria-label={`${label}: as the style has it`}
              data-hint="As the style has it"
              onClick={reset}
            >
              <Icon name="reset" />
            </button>
          )}
          {percent} %
        </span>
      }
    >
      <input
        type="range"
        aria-label={label}
        aria-valuetext={`${percent} percent`}
        min={0}
        max={100 * most}
        step={1}
        value={percent}
        style={{ '--fill': `${percent / most}%` }}
        onInput={(event) => {
          onInput(event.currentTarget.valueAsNumber / 100);
        }}
        onDblClick={reset}
      />
    </Section>
  );
}
