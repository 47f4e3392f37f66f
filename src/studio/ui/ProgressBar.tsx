/** A progress bar. Without a share it shows that the progress is unknown. */
export function ProgressBar({ label, share }: { label: string; share: number | null }) {
  return (
    <div
      class="bar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
      data-unknown={share === null || undefined}
    >
      <span style={{ '--share': String(share ?? 0) }} />
    </div>
  );
}
