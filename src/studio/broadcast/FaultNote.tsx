import type { Fault } from '../../effect/index.ts';
import { titleOf } from '../notices/error-titles.ts';

/** A problem in small print, with its way out. */
export function FaultNote({ fault: { code, message, wayOut } }: { fault: Fault }) {
  return (
    <p class="trouble">
      <strong>{titleOf(code)}.</strong> {message} {wayOut} <code>{code}</code>
    </p>
  );
}
