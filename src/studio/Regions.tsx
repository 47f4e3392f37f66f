import { useId } from 'preact/hooks';
import { REGIONS, type Region } from '../effect/protocol.ts';
import { RegionIcon } from './icons.tsx';
import { change, look, refusedRegions } from './look.ts';
import { Section } from './parts.tsx';
import { announce } from './state.ts';

function setRegion(region: Region): void {
  announce(`Style on: ${region}`);
  change({ region });
}

/** The next region that the effect has not refused, round the end. */
export function nextRegion(): void {
  const { region } = look.value;
  const able = REGIONS.filter((each) => each === region || !refusedRegions.value.has(each));
  setRegion(able[(able.indexOf(region) + 1) % able.length]!);
}

/** Where the style shows: a radio group of small portraits with the covered part in full. */
export function Regions() {
  const name = useId();
  return (
    <Section title="Where the style shows">
      <div class="segmented tall regions" role="radiogroup" aria-label="Region">
        {REGIONS.map((region) => (
          <label key={region} data-refused={refusedRegions.value.has(region) || undefined}>
            <input
              type="radio"
              class="unseen"
              name={name}
              value={region}
              checked={region === look.value.region}
              onChange={() => {
                setRegion(region);
              }}
            />
            <span>
              <RegionIcon region={region} />
              {region[0]!.toUpperCase() + region.slice(1)}
            </span>
          </label>
        ))}
      </div>
    </Section>
  );
}
