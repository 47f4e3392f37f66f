import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface DialogProps {
  open: boolean;
  /** Id of the element inside that is its title. */
  titleId: string;
  class: string;
  /** Whether a click beside the dialog closes it. */
  closesOnBackdrop?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog. The browser keeps the focus inside and closes it with Escape. */
export function Dialog({ open, titleId, class: name, closesOnBackdrop, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open) dialog.current?.close();
  }, [open]);
  return (
    <dialog
      class={`popup ${name}`}
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => {
        // The content fills the dialog, so a click on the dialog itself is one on its backdrop.
        if (closesOnBackdrop && event.target === event.currentTarget) onClose();
      }}
    >
      {children}
    </dialog>
  );
}
