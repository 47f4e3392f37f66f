import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Icon } from './icons.tsx';

/** How long the button says that it has copied. */
const SAID_MS = 2000;

interface LinkFieldProps {
  label: string;
  link: string;
  /** Puts it on the clipboard. Whether it worked. */
  copy: () => Promise<boolean>;
  /** What else can be done with it. */
  children?: ComponentChildren;
}

/** A link to copy, by the button or by hand. */
export function LinkField({ label, link, copy, children }: LinkFieldProps) {
  const copied = useSignal(false);
  return (
    <div class="call-link">
      <input
        type="text"
        readOnly
        aria-label={label}
        value={link}
        onFocus={(event) => {
          event.currentTarget.select();
        }}
      />
      <button
        type="button"
        class="button"
        onClick={() =>
          void copy().then((done) => {
            copied.value = done;
            setTimeout(() => {
              copied.value = false;
            }, SAID_MS);
          })
        }
      >
        <Icon name={copied.value ? 'check' : 'copy'} /> {copied.value ? 'Copied' : 'Copy'}
      </button>
      {children}
    </div>
  );
}
