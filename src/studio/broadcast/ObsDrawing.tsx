import { useObs } from './obs-store.ts';

/** Height of one row of the form, in the drawing's units. */
const ROW = 25;

/** Shows where to paste the link in OBS: its list of sources, and its form for a browser source. */
export function ObsDrawing() {
  const { width, height, fps } = useObs().size.value;
  const rows = [
    ['URL', 'the link'],
    ['Width', String(width)],
    ['Height', String(height)],
    ['FPS', String(fps)],
  ] as const;
  return (
    <figure class="obs-drawing">
      <svg
        viewBox="0 0 340 132"
        role="img"
        aria-label={`In OBS: Sources, plus, Browser. Paste the link as URL; width ${width}, height ${height}, FPS ${fps}.`}
      >
        <SourceList />
        <rect class="pane" x="146" y="1" width="193" height="130" rx="9" />
        <text class="name" x="158" y="20">
          Browser
        </text>
        {rows.map(([name, value], index) => (
          <FormRow key={name} name={name} value={value} y={index * ROW} chosen={index === 0} />
        ))}
      </svg>
    </figure>
  );
}

function SourceList() {
  return (
    <>
      <rect class="pane" x="1" y="1" width="118" height="130" rx="9" />
      <text class="name" x="12" y="20">
        Sources
      </text>
      <rect class="line" x="10" y="30" width="100" height="16" rx="4" />
      <text x="18" y="42">
        Game
      </text>
      <rect class="line chosen" x="10" y="50" width="100" height="16" rx="4" />
      <text class="on-chosen" x="18" y="62">
        Browser
      </text>
      <circle class="plus" cx="22" cy="113" r="10" />
      <path class="plus-sign" d="M22 108v10m-5-5h10" />
      <path class="arrow" d="M22 99V72m-4 5 4-5 4 5M124 58h16m-5-4 5 4-5 4" />
    </>
  );
}

interface FormRowProps {
  name: string;
  value: string;
  y: number;
  chosen: boolean;
}

function FormRow({ name, value, y, chosen }: FormRowProps) {
  return (
    <g>
      <text x="158" y={44 + y}>
        {name}
      </text>
      <rect class={chosen ? 'field chosen' : 'field'} x="202" y={30 + y} width="126" height="20" rx="5" />
      <text class={chosen ? 'on-chosen' : undefined} x="211" y={44 + y}>
        {value}
      </text>
    </g>
  );
}
