import { useEffect, useRef } from 'preact/hooks';
import { REGIONS, type Region } from '../../../src/effect/look.ts';
import * as state from './state.ts';
import type { SiteChoice } from '../sites.ts';

/** Until the effect has loaded, only the chosen style is known. */
const stylesOf = ({ look }: SiteChoice) =>
  state.styles.value.length > 0 ? state.styles.value : [{ id: look.style, title: capitalize(look.style) }];

export function Popup() {
  const site = state.site.value;
  if (state.noSite.value)
    return (
      <main>
        <h1 class="unseen">Portoon</h1>
        <p>Portoon works on pages that may use a camera: open the page of your call, then click here.</p>
      </main>
    );
  if (!site) return null;
  const host = new URL(site.origin).host;
  return (
    <main>
      <h1 class="unseen">Portoon</h1>
      <Stage />
      <Trouble />
      <label class="switch">
        <input
          type="checkbox"
          name="on"
          checked={site.on}
          onChange={({ currentTarget }) => void state.switchSite(currentTarget.checked)}
        />
        <span>
          Cartoon in calls on <strong>{host}</strong>
        </span>
      </label>
      {state.mustReload.value && (
        <p class="fault">
          {site.on
            ? 'A page that was open already must be reloaded.'
            : 'A call that runs keeps the cartoon until the page is reloaded.'}{' '}
          <button type="button" name="reload" onClick={() => void state.reload()}>
            Reload the page
          </button>
        </p>
      )}
      <label class="switch">
        <input
          type="checkbox"
          name="cartoon"
          checked={site.cartoon}
          onChange={({ currentTarget }) => void state.changeSiteChoice({ cartoon: currentTarget.checked })}
        />
        Show the cartoon{state.shortcut.value !== '' && <span class="quiet">{state.shortcut.value}</span>}
      </label>
      <Look site={site} />
      <OnFailure site={site} />
    </main>
  );
}

function Stage() {
  const video = useRef<HTMLVideoElement>(null);
  const stream = state.picture.value;
  // The reason takes its place: a popup is at most 600 pixels high.
  const isShown = stream !== null || state.fault.value === null;
  useEffect(() => {
    if (!video.current) return;
    video.current.srcObject = stream;
  }, [stream, isShown]);
  if (!isShown) return null;
  return (
    <div class="stage">
      <video
        ref={video}
        autoplay
        muted
        playsInline
        data-shown={state.shown.value}
        aria-label="What the call will see, mirrored"
      />
      {!stream && <p>The camera and the cartoon start …</p>}
      {state.shown.value === 'still' && <p>The call sees a still picture.</p>}
    </div>
  );
}

function Trouble() {
  const fault = state.fault.value;
  if (!fault) return null;
  const isDenied = fault.code === 'ERR_CAMERA_DENIED';
  return (
    <div class="fault" role="alert">
      {fault.message} {isDenied ? 'Allow it for Portoon, once.' : fault.wayOut}{' '}
      <span class="quiet">{fault.code}</span>
      <br />
      {isDenied && (
        <a href="camera.html" target="_blank" rel="noreferrer">
          Allow the camera
        </a>
      )}{' '}
      <button type="button" name="again" onClick={() => void state.refreshPreview()}>
        Try again
      </button>
    </div>
  );
}

const BACKGROUNDS = ['live', 'blur', 'colour'] as const;
const FIRST_COLOUR = '#2f6f62';

function Look({ site }: { site: SiteChoice }) {
  const { look } = site;
  const isColour = look.background !== 'live' && look.background !== 'blur';
  return (
    <div class="look">
      <label class="field">
        Style
        <select
          name="style"
          value={look.style}
          onChange={({ currentTarget }) => void state.changeLook({ style: currentTarget.value })}
        >
          {stylesOf(site).map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Region
        <select
          name="region"
          value={look.region}
          onChange={({ currentTarget }) => void state.changeLook({ region: currentTarget.value as Region })}
        >
          <Options values={REGIONS} />
        </select>
      </label>
      <label class="field">
        Strength
        <input
          type="range"
          name="strength"
          min="0"
          max="1"
          step="0.05"
          value={look.strength}
          aria-valuetext={`${Math.round(100 * look.strength)} %`}
          onInput={({ currentTarget }) => void state.changeLook({ strength: currentTarget.valueAsNumber })}
        />
      </label>
      <div class="field">
        <label for="background">Background</label>
        <span class="pair">
          <select
            id="background"
            name="background"
            value={isColour ? 'colour' : look.background}
            onChange={({ currentTarget: { value } }) =>
              void state.changeLook({ background: value === 'colour' ? FIRST_COLOUR : value })
            }
          >
            <Options values={BACKGROUNDS} />
          </select>
          {isColour && (
            <input
              type="color"
              name="colour"
              aria-label="Colour of the background"
              value={look.background}
              onInput={({ currentTarget }) => void state.changeLook({ background: currentTarget.value })}
            />
          )}
        </span>
      </div>
    </div>
  );
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Options whose names begin with a capital, as in the studio. */
function Options({ values }: { values: readonly string[] }) {
  return values.map((value) => (
    <option key={value} value={value}>
      {capitalize(value)}
    </option>
  ));
}

function OnFailure({ site }: { site: SiteChoice }) {
  const choose = (onFailure: SiteChoice['onFailure']) => () => void state.changeSiteChoice({ onFailure });
  return (
    <fieldset>
      <legend>If the cartoon fails, the call sees</legend>
      <label>
        <input type="radio" name="failure" checked={site.onFailure === 'still'} onChange={choose('still')} />
        <span>
          a still picture <span class="quiet">(nobody sees you unasked)</span>
        </span>
      </label>
      <label>
        <input
          type="radio"
          name="failure"
          checked={site.onFailure === 'camera'}
          onChange={choose('camera')}
        />
        you, as the camera sees you
      </label>
    </fieldset>
  );
}
