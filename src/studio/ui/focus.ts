/**
 * Moves the keyboard focus to an element if it got lost, because the element that had it is gone.
 * Focus that is somewhere else stays there.
 */
export function restoreFocus(element: HTMLElement | null | undefined): void {
  if (document.activeElement === null || document.activeElement === document.body)
    element?.focus({ preventScroll: true });
}
