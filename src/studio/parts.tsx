import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Icon, type IconName } from './icons.tsx';

interface IconButtonProps {
  icon: IconName;
  label: string;
  /** Key that does the same, shown in the hint. */
  keyName?: string;
  pressed?: boolean;
  expanded?: boolean;
  id?: string;
  onClick: () => void;
}

/** A round button that is an icon to the eye and a name to everyone else. */
export function IconButton({ icon, label, keyName, pressed, expanded, id, onClick }: IconButtonProps) {
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
  /** Icons above the words, for more than three options. */
  tall?: boolean;
  /** Tells `onChange` also when the chosen option is chosen once more. */
  again?: boolean;
  onChange: (value: T) => void;
}

/** A radio group that looks like one control. The arrow keys are the browser's own. */
export function Segmented<T extends string>({
  label,
  options,
  value,
  tall,
  again,
  onChange,
}: SegmentedProps<T>) {
  const name = useId();
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

/** Gives the keyboard a place on the page where what had it is gone; takes it from nobody. */
export function catchFocus(element: HTMLElement | null | undefined): void {
  if (document.activeElement === null || document.activeElement === document.body)
    element?.focus({ preventScroll: true });
}

/** A two-state setting in a row of its own. */
export function Switch({ label, hint, keyName, checked, onChange }: SwitchProps) {
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
          // It shows what holds. What was pressed may be refused, and is drawn once it is carried out.
          event.currentTarget.checked = checked;
        }}
      />
      <span class="track" aria-hidden="true" />
    </label>
  );
}

/** A titled part of the settings. */
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
