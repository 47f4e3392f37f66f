import type { ComponentChildren } from 'preact';

interface PopoverProps {
  /** Buttons open the popover with `popovertarget={id}`. */
  id: string;
  label: string;
  class: string;
  onToggle?: () => void;
  children: ComponentChildren;
}

/** A panel that a button opens, and that closes with Escape or a click elsewhere. */
export function Popover({ id, label, class: name, onToggle, children }: PopoverProps) {
  return (
    <div
      class={`popup popover ${name}`}
      id={id}
      popover="auto"
      role="dialog"
      aria-label={label}
      {...(onToggle && { onToggle })}
    >
      {children}
    </div>
  );
}
