import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Icon } from './Icon.tsx';

/** How long the button says "Copied". */
const COPIED_MS = 2000;

interface LinkFieldProps {
  label: string;
  link: string;
  /** Copies the link. Resolves to whether that worked. */
  onCopy: () => Promise<boolean>;
  /** More buttons beside the one that copies. */
  children?: ComponentChildren;
}

/** A link with a button that copies it. It can be selected by hand as well. */
export function LinkField({ label, link, onCopy, children }: LinkFieldProps) {
  const copied = useSignal(false);
  const copy = async () => {
    copied.value = await onCopy();
    setTimeout(() => {
      copied.value = false;
    }, COPIED_MS);
  };
  return (
    <div class="link-field">
      <input
        type="text"
        readOnly
        aria-label={label}
        value={link}
        onFocus={(event) => {
          event.currentTarget.select();
        }}
      />
      <button type="button" class="button" onClick={() => void copy()}>
        <Icon name={copied.value ? 'check' : 'copy'} /> {copied.value ? 'Copied' : 'Copy'}
      </button>
      {children}
    </div>
  );
}
