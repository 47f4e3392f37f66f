import type { ComponentChildren } from 'preact';
import { CopyButton } from './CopyButton.tsx';

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
      <CopyButton label="Copy" onCopy={onCopy} />
      {children}
    </div>
  );
}
