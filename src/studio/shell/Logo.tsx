/** Portoon's logo: a head, one half live and the other half drawn. */
export function Logo() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--accent)" />
      <path d="M16 5a6 6 0 0 0 0 12zM16 19c-6 0-10 3.4-10 9h10z" fill="var(--on-accent)" />
      <path
        d="M16 6a5 5 0 0 1 0 10M16 20c5.4 0 9 3 9 8"
        fill="none"
        stroke="var(--on-accent)"
        stroke-width="2"
        stroke-linecap="round"
      />
    </svg>
  );
}
