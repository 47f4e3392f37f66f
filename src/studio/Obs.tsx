import type { VNode } from 'preact';
import type { Fault } from '../effect/protocol.ts';
import type { Viewer } from '../call/outlet.ts';
import { LinkField } from './LinkField.tsx';
import {
  obsFault,
  obsLink,
  obsSize,
  obsState,
  renewObsLink,
  toggleObs,
  toggleObsSound,
  viewers,
  type ObsState,
} from './obs.ts';
import { Segmented, Switch } from './parts.tsx';
import { announce, choices, choose } from './state.ts';

const WORDS: Record<Exclude<ObsState, 'off'>, string> = {
  elsewhere: 'Another tab of this browser answers this link; this one takes over when it closes.',
  connecting: 'Looking for the server…',
  ready: 'Ready: nobody has the link open.',
};
const BACKDROP_OPTIONS = [
  { value: 'clear', label: 'Person alone' },
  { value: 'stage', label: 'As on the stage' },
] as const;

/** Whether it worked. */
async function copyLink(link: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(link);
    announce('Link copied');
    return true;
  } catch {
    announce('The browser keeps the clipboard to itself: copy the link by hand.');
    return false;
  }
}

/** Where the link goes: OBS's list of sources, and the form of its browser source. */
function Drawing() {
  const { width, height, fps } = obsSize.value;
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
        <rect class="pane" x="146" y="1" width="193" height="130" rx="9" />
        <text class="name" x="158" y="20">
          Browser
        </text>
        {rows.map(([name, value], index) => (
          <g key={name}>
            <text x="158" y={44 + index * 25}>
              {name}
            </text>
            <rect
              class={index === 0 ? 'field chosen' : 'field'}
              x="202"
              y={30 + index * 25}
              width="126"
              height="20"
              rx="5"
            />
            <text class={index === 0 ? 'on-chosen' : undefined} x="211" y={44 + index * 25}>
              {value}
            </text>
          </g>
        ))}
      </svg>
    </figure>
  );
}

function describe({ label, wants, link, quality }: Viewer): string {
  const { sent } = quality ?? {};
  const how =
    link !== 'connected'
      ? 'connecting…'
      : wants.paused
        ? 'hidden there, nothing is sent'
        : sent == null
          ? 'shown'
          : `${(sent / 1e6).toFixed(1)} Mbit/s`;
  return `${label || 'OBS'}: ${how}`;
}

/** The link for OBS, and who has it open. */
export function Obs({ trouble }: { trouble: (fault: Fault) => VNode }) {
  const { obsOn, obsAlpha, obsSound } = choices.value;
  const state = obsState.value;
  const link = obsLink.value;
  const fault = obsFault.value;
  const seen = viewers.value;
  return (
    <section class="obs" aria-label="OBS">
      <Switch
        label="OBS link"
        hint="Shows you in OBS, on this computer or another"
        checked={obsOn}
        onChange={toggleObs}
      />
      {obsOn && link !== null && (
        <>
          <LinkField label="Link for OBS" link={link} copy={() => copyLink(link)} />
          <Drawing />
          <Segmented
            label="What OBS shows"
            options={BACKDROP_OPTIONS}
            value={obsAlpha ? 'clear' : 'stage'}
            onChange={(value) => {
              choose({ obsAlpha: value === 'clear' });
            }}
          />
          <Switch
            label="Send the microphone"
            hint="OBS on this computer has it already"
            checked={obsSound}
            onChange={toggleObsSound}
          />
          <div role="status">
            {fault && state !== 'ready' && trouble(fault)}
            {seen.length > 0 ? (
              <ul class="state" data-live>
                {seen.map((viewer) => (
                  <li key={viewer.id}>
                    <span class="dot" aria-hidden="true" /> {describe(viewer)}
                  </li>
                ))}
              </ul>
            ) : (
              state !== 'off' && !fault && <p class="aside">{WORDS[state]}</p>
            )}
          </div>
          <p class="aside">
            The link stays the same. Whoever has it sees you while this page is open and the link is on.{' '}
            <button type="button" class="text-button" onClick={renewObsLink}>
              Make a new link
            </button>
          </p>
        </>
      )}
    </section>
  );
}
