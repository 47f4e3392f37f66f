import type { ComponentChildren } from 'preact';
import { ICON_DRAWINGS, type IconName } from './icon-drawings.tsx';

/** The frame that all icons are drawn in. */
export function IconFrame({ children }: { children: ComponentChildren }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

/** An icon, hidden from screen readers: the text or the control beside it has the name. */
export function Icon({ name }: { name: IconName }) {
  return <IconFrame>{ICON_DRAWINGS[name]}</IconFrame>;
}
