import { useId } from 'preact/hooks';
import { REGIONS } from '../../effect/index.ts';
import { capitalize } from '../base/format.ts';
import { Section } from '../ui/controls.tsx';
import { useLook } from './look-store.ts';
import { RegionIcon } from './RegionIcon.tsx';

/** Where the style is applied. Each region is a small portrait with that region filled. */
export function RegionSettings() {
  const name = useId();
  const { wanted, refusedRegions, setRegion } = useLook();
  return (
    <Section title="Apply the style to">
      <div class="segmented tall regions" role="radiogroup" aria-label="Region">
        {REGIONS.map((region) => (
          <label key={region} data-refused={refusedRegions.value.has(region) || undefined}>
            <input
              type="radio"
              class="unseen"
              name={name}
              value={region}
              checked={region === wanted.value.region}
              onChange={() => {
                setRegion(region);
              }}
            />
            <span>
              <RegionIcon region={region} />
              {capitalize(region)}
            </span>
          </label>
        ))}
      </div>
    </Section>
  );
}
