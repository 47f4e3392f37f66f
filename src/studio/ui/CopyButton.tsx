import { useSignal } from '@preact/signals';
import { Icon } from './Icon.tsx';

/** How long the button says "Copied". */
const COPIED_MS = 2000;

interface CopyButtonProps {
  label: string;
  /** Copies something. Resolves to whether that worked. */
  onCopy: () => Promise<boolean>;
}

/** A button that copies something and says so. */
export function CopyButton({ label, onCopy }: CopyButtonProps) {
  const copied = useSignal(false);
  const copy = async () => {
    copied.value = await onCopy();
    setTimeout(() => {
      copied.value = false;
    }, COPIED_MS);
  };
  return (
    <button type="button" class="button" onClick={() => void copy()}>
      <Icon name={copied.value ? 'check' : 'copy'} /> {copied.value ? 'Copied' : label}
    </button>
  );
}
